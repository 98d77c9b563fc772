import { describe, expect, it } from '@jest/globals';
import { RequestVerifier } from '../../../fleet/nudges/request-signature.ts';
import { signRequest } from '../../../shared/adapters/nudge/sign-request.ts';
import { FakeClock } from '../../support/fakes/fake-clock.ts';

const SECRET = 'a secret';
const PATH = '/sessions/ses_a/nudge';
const BODY = '{"about":"outbox"}';

function signed(clock: FakeClock, over: { secret?: string; body?: string } = {}) {
  const headers = signRequest(over.secret ?? SECRET, 'POST', PATH, BODY, clock.now());
  return { method: 'POST', path: PATH, body: over.body ?? BODY, timestamp: headers['X-HMAC-Timestamp'], signature: headers['X-HMAC-Signature'] };
}

describe('RequestVerifier', () => {
  it('accepts what the control plane signs, once', () => {
    const clock = new FakeClock();
    const verifier = new RequestVerifier(SECRET, clock);
    const request = signed(clock);
    expect(verifier.verify(request)).toBe('valid');
    expect(verifier.verify(request)).toBe('replayed');
    expect(verifier.verify({ ...request, signature: request.signature.toUpperCase() })).toBe('replayed');
  });

  it.each([
    { what: 'another secret', change: (clock: FakeClock) => signed(clock, { secret: 'guess' }) },
    { what: 'a changed body', change: (clock: FakeClock) => signed(clock, { body: '{"about":"session"}' }) },
    { what: 'another path', change: (clock: FakeClock) => ({ ...signed(clock), path: '/sessions/ses_b/nudge' }) },
    { what: 'another method', change: (clock: FakeClock) => ({ ...signed(clock), method: 'PUT' }) },
    { what: 'no signature', change: (clock: FakeClock) => ({ ...signed(clock), signature: undefined }) },
    { what: 'a signature that is no hex', change: (clock: FakeClock) => ({ ...signed(clock), signature: 'zz' }) },
    { what: 'no time', change: (clock: FakeClock) => ({ ...signed(clock), timestamp: undefined }) },
  ])('refuses $what', ({ change }) => {
    const clock = new FakeClock();
    expect(new RequestVerifier(SECRET, clock).verify(change(clock))).toBe('refused');
  });

  it.each([
    { ageSeconds: 300, verdict: 'valid' },
    { ageSeconds: 301, verdict: 'refused' },
    { ageSeconds: -301, verdict: 'refused' },
  ])('counts a signature of $ageSeconds s ago as $verdict', ({ ageSeconds, verdict }) => {
    const then = new FakeClock();
    const now = new FakeClock(then.now() + ageSeconds * 1_000);
    expect(new RequestVerifier(SECRET, now).verify(signed(then))).toBe(verdict);
  });
});
