import { describe, expect, it } from '@jest/globals';
import type { EventLimits, SeenSignatures } from '../../shared/domain/ingest/ingest-guards.ts';
import { anId } from '../support/builders/session.ts';
import { FakeClock } from '../support/fakes/fake-clock.ts';

export function describeEventLimits(name: string, make: (clock: FakeClock) => EventLimits): void {
  describe(`${name} keeps the contract of EventLimits`, () => {
    it('allows a burst of a minute, then no more until enough time has passed', async () => {
      const clock = new FakeClock();
      const limits = make(clock);
      const session = anId('ses');
      expect(await limits.take(session, { qr: 20 })).toEqual({ isAllowed: true });
      expect(await limits.take(session, { qr: 1 })).toEqual({ isAllowed: false, kind: 'qr', retryAfterMs: 3_000 });
      clock.advance(3_000);
      expect(await limits.take(session, { qr: 1 })).toEqual({ isAllowed: true });
    });

    it('counts each session and each kind by itself', async () => {
      const limits = make(new FakeClock());
      const [one, other] = [anId('ses'), anId('ses')];
      await limits.take(one, { qr: 20 });
      expect(await limits.take(one, { ack: 5, message: 5 })).toEqual({ isAllowed: true });
      expect(await limits.take(other, { qr: 20 })).toEqual({ isAllowed: true });
    });

    it('takes nothing of a batch that it refuses', async () => {
      const limits = make(new FakeClock());
      const session = anId('ses');
      await limits.take(session, { qr: 20 });
      for (let i = 0; i < 5; i++) expect(await limits.take(session, { qr: 1, message: 900 })).toMatchObject({ isAllowed: false });
      expect(await limits.take(session, { message: 1_000 })).toEqual({ isAllowed: true });
    });

    it('loses no count when two ask at once', async () => {
      const limits = make(new FakeClock());
      const session = anId('ses');
      await Promise.all([limits.take(session, { qr: 7 }), limits.take(session, { qr: 7 }), limits.take(session, { qr: 6 })]);
      expect(await limits.take(session, { qr: 1 })).toMatchObject({ isAllowed: false, kind: 'qr' });
    });
  });
}

export function describeSeenSignatures(name: string, make: () => SeenSignatures): void {
  describe(`${name} keeps the contract of SeenSignatures`, () => {
    it('remembers each signature once, whoever asks at the same time', async () => {
      const seen = make();
      const [one, other] = [anId('sig'), anId('sig')];
      const until = Date.now() + 600_000;
      const answers = await Promise.all([1, 2, 3, 4].map(() => seen.remember(one, until)));
      expect(answers.filter(Boolean)).toHaveLength(1);
      expect(await seen.remember(one, until)).toBe(false);
      expect(await seen.remember(other, until)).toBe(true);
    });
  });
}
