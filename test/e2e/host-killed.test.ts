import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SessionView } from '../../shared/contracts/api/sessions.ts';
import { connected, linkSession } from '../../local/client/link-session.ts';
import { createCampaign, phonesWithoutOneCopy, sumOf, takenOf, whenAtRest, whenTaken } from './campaign-story.ts';
import { Stack } from './stack.ts';

const TEST_MS = 420_000;
const RECIPIENTS = 1_200;

describe('The whole host is killed with SIGKILL in mid-campaign and started again on the same data', () => {
  let stack: Stack;
  let sessions: readonly SessionView[];

  beforeAll(async () => {
    stack = await Stack.start();
    sessions = await Promise.all(
      ['+4915200000021', '+4915200000022'].map((number) =>
        linkSession(stack.blazz, stack.phones, number, { pacing: { profile: 'unlimited' } }),
      ),
    );
  }, TEST_MS);

  afterAll(() => stack?.close(), TEST_MS);

  it(
    'resumes without a QR, and every phone gets exactly one copy (I1, I2, I4, I5)',
    async () => {
      const numbers = await stack.phones.registerMany('+491533', RECIPIENTS);
      const id = await createCampaign(stack, sessions.map((session) => session.id), numbers);
      await stack.blazz.post(`/v1/campaigns/${id}/start`);
      const before = await whenTaken(stack, id, RECIPIENTS / 6);
      await stack.host.kill();
      expect(takenOf(before.stats)).toBeLessThan(RECIPIENTS);

      await stack.restart();
      for (const session of sessions) await connected(stack.blazz, session.id, 90_000);
      const campaign = await whenAtRest(stack, id, ({ read }) => read === RECIPIENTS, 330_000);
      expect(campaign.stats).toMatchObject({ total: RECIPIENTS, read: RECIPIENTS, failed: 0 });
      expect(sumOf(campaign.stats)).toBe(RECIPIENTS);
      expect(await phonesWithoutOneCopy(stack, numbers)).toEqual([]);
    },
    TEST_MS,
  );
});
