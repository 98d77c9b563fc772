import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SessionView } from '../../shared/contracts/api/sessions.ts';
import { connected, linkSession } from '../../local/client/link-session.ts';
import { until } from '../../local/client/until.ts';
import { processesWith } from '../support/processes.ts';
import { createCampaign, phonesWithoutOneCopy, sumOf, takenOf, whenAtRest, whenTaken } from './campaign-story.ts';
import { Stack } from './stack.ts';

const TEST_MS = 240_000;
const RECIPIENTS = 1_200;
const SENDERS = ['+4915200000011', '+4915200000012', '+4915200000013', '+4915200000014'];

describe('One of two instances is killed with SIGKILL in mid-campaign', () => {
  let stack: Stack;
  let sessions: readonly SessionView[];

  beforeAll(async () => {
    stack = await Stack.start();
    sessions = await Promise.all(
      SENDERS.map((number) => linkSession(stack.blazz, stack.phones, number, { pacing: { profile: 'unlimited' } })),
    );
  }, TEST_MS);

  afterAll(() => stack?.close(), TEST_MS);

  it(
    'its sessions connect elsewhere without a QR and every phone gets exactly one copy (I1, I2, I3, I4, I5)',
    async () => {
      const numbers = await stack.phones.registerMany('+491532', RECIPIENTS);
      const id = await createCampaign(stack, sessions.map((session) => session.id), numbers);
      await stack.blazz.post(`/v1/campaigns/${id}/start`);
      await whenTaken(stack, id, RECIPIENTS / 6);

      const hosted = await Promise.all(sessions.map((session) => stack.blazz.session(session.id)));
      const victimId = hosted.find((session) => session.instance !== null)?.instance?.id;
      const victim = (await stack.host.local()).instances.find((instance) => instance.id === victimId);
      if (!victim) throw new Error('No instance runs a session');
      const browsers = () => processesWith((argument) => argument.startsWith('--user-data-dir=') && argument.includes(victim.id));
      expect((await browsers()).length).toBeGreaterThan(0);
      process.kill(victim.pid, 'SIGKILL');
      const atKill = await stack.blazz.campaign(id);
      expect(takenOf(atKill.stats)).toBeLessThan(RECIPIENTS); // it was in mid-campaign indeed

      await until(async () => (await browsers()).length === 0, { what: 'its browsers to end with it' });

      const orphans = hosted.filter((session) => session.instance?.id === victim.id);
      expect(orphans.length).toBeGreaterThan(0);
      for (const { id: sessionId } of orphans) {
        await until(async () => (await stack.blazz.session(sessionId)).instance?.id !== victim.id, {
          what: `${sessionId} to move`, timeoutMs: 60_000,
        });
        const moved = await connected(stack.blazz, sessionId);
        expect(moved).toMatchObject({ previousInstanceId: victim.id, migrationCount: 1 });
      }
      const campaign = await whenAtRest(stack, id, ({ read }) => read === RECIPIENTS);
      expect(sumOf(campaign.stats)).toBe(RECIPIENTS);
      expect(await phonesWithoutOneCopy(stack, numbers)).toEqual([]);
      const { instances } = await stack.host.local();
      expect(instances.map((instance) => instance.id)).not.toContain(victim.id); // replaced under a new id
      expect(instances).toHaveLength(2);
    },
    TEST_MS,
  );
});
