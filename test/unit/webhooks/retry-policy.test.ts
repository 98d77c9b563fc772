import { describe, expect, it } from '@jest/globals';
import { MAX_ATTEMPTS, pauseMs, resultOf } from '../../../shared/domain/webhooks/retry-policy.ts';
import type { SendOutcome } from '../../../shared/domain/webhooks/webhook-sender.ts';
import { aDelivery, aWebhook } from '../../support/builders/webhook.ts';

const NOW = Date.UTC(2026, 5, 1, 12);
const DAY_MS = 24 * 3_600_000;
const middle = () => 0.5;
const answered = (status: number, retryAfterSeconds?: number): SendOutcome => ({ outcome: 'answered', status, retryAfterSeconds, excerpt: 'so it is' });
const after = (sent: SendOutcome, attempts = 0) => resultOf(aDelivery(aWebhook(), { attempts }), sent, NOW, middle);

describe('pauses between attempts', () => {
  it('double from 1 s to 24 h', () => {
    expect([1, 2, 3, 4, 17].map((attempts) => pauseMs(attempts, middle))).toEqual([1_000, 2_000, 4_000, 8_000, 65_536_000]);
    expect(pauseMs(18, middle)).toBe(DAY_MS);
    expect(pauseMs(40, middle)).toBe(DAY_MS);
  });

  it('vary by a fifth', () => {
    expect([pauseMs(4, () => 0), pauseMs(4, () => 0.999_999)]).toEqual([6_400, 9_600]);
  });

  it('end after about three days', () => {
    const total = Array.from({ length: MAX_ATTEMPTS - 1 }, (_, i) => pauseMs(i + 1, middle)).reduce((sum, pause) => sum + pause, 0);
    expect(total / DAY_MS).toBeGreaterThan(2.5);
    expect(total / DAY_MS).toBeLessThan(4);
  });
});

describe('what an attempt means', () => {
  it.each([200, 201, 204, 299])('%i: delivered', (status) => {
    expect(after(answered(status))).toMatchObject({ status: 'delivered', attempts: 1, nextAttemptAt: null, responseStatus: status, responseExcerpt: 'so it is', error: null });
  });

  it.each([500, 502, 503, 599, 429, 408])('%i: again', (status) => {
    expect(after(answered(status))).toMatchObject({ status: 'pending', attempts: 1, nextAttemptAt: NOW + 1_000, responseStatus: status });
  });

  it.each([301, 302, 307, 400, 401, 403, 404, 410, 422])('%i: dead at once', (status) => {
    expect(after(answered(status))).toMatchObject({ status: 'dead', attempts: 1, nextAttemptAt: null, error: `answered ${status}` });
  });

  it('unreachable: again; refused by the guard: dead', () => {
    expect(after({ outcome: 'unreachable', reason: 'no answer in time' })).toMatchObject({ status: 'pending', responseStatus: null, error: 'no answer in time' });
    expect(after({ outcome: 'refused', reason: 'leads to a private address' })).toMatchObject({ status: 'dead' });
  });

  it('waits as long as Retry-After asks, up to a day', () => {
    expect(after(answered(429, 60)).nextAttemptAt).toBe(NOW + 60_000);
    expect(after(answered(503, 9_999_999)).nextAttemptAt).toBe(NOW + DAY_MS);
    expect(after(answered(503, 1), 5).nextAttemptAt).toBe(NOW + 32_000);
  });

  it('gives up after the last attempt', () => {
    expect(after(answered(500), MAX_ATTEMPTS - 2).status).toBe('pending');
    expect(after(answered(500), MAX_ATTEMPTS - 1)).toMatchObject({ status: 'dead', attempts: MAX_ATTEMPTS, error: expect.stringContaining('given up') });
  });
});
