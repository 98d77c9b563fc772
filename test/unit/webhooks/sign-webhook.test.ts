import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Webhook as Verifier } from 'standardwebhooks';
import { signWebhook } from '../../../lambdas/queues/webhook-deliveries/sign-webhook.ts';
import { aWebhook } from '../../support/builders/webhook.ts';

const { secret } = aWebhook();
const old = 'whsec_b2xkIHNlY3JldCBvbGQgc2VjcmV0';
const body = '{"id":"evt_1"}';
const url = 'https://example.com/hooks?a=b';

describe('the signature', () => {
  const headers = signWebhook({ url, secret, previousSecrets: [] }, 'evt_1', body, Date.now());

  it('is one Standard Webhooks libraries verify', () => {
    expect(new Verifier(secret).verify(body, headers)).toEqual({ id: 'evt_1' });
    expect(() => new Verifier(secret).verify(`${body} `, headers)).toThrow('signature');
  });

  it('comes as an HMAC over timestamp, method, path and body, too', () => {
    const expected = createHmac('sha256', secret).update(`${headers['x-hmac-timestamp']}POST/hooks?a=b${body}`).digest('hex');
    expect(headers['x-hmac-signature']).toBe(expected);
    expect(headers).not.toHaveProperty('x-hmac-signature-previous');
  });
});

describe('the signature after a rotation', () => {
  const now = Date.now();
  const signed = (until: number) => signWebhook({ url, secret, previousSecrets: [{ secret: old, until }] }, 'evt_1', body, now);

  it('is verified by the library with the new secret and with the old one, while both hold', () => {
    for (const key of [secret, old]) expect(new Verifier(key).verify(body, signed(now + 1))).toEqual({ id: 'evt_1' });
    const hmac = (key: string) => createHmac('sha256', key).update(`${signed(now + 1)['x-hmac-timestamp']}POST/hooks?a=b${body}`).digest('hex');
    expect(signed(now + 1)).toMatchObject({ 'x-hmac-signature': hmac(secret), 'x-hmac-signature-previous': hmac(old) });
  });

  it('is by the new one alone afterwards', () => {
    expect(new Verifier(secret).verify(body, signed(now))).toEqual({ id: 'evt_1' });
    expect(() => new Verifier(old).verify(body, signed(now))).toThrow('signature');
    expect(signed(now)).not.toHaveProperty('x-hmac-signature-previous');
  });
});
