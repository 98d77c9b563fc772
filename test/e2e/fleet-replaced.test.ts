import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ChatView, MessageView } from '../../shared/contracts/api/messages.ts';
import type { SessionView } from '../../shared/contracts/api/sessions.ts';
import { connected, linkSession } from '../../local/client/link-session.ts';
import { until } from '../../local/client/until.ts';
import { createCampaign, phonesWithoutOneCopy, sumOf, takenOf, whenAtRest, whenTaken } from './campaign-story.ts';
import { EcsService } from './ecs-service.ts';
import { Stack } from './stack.ts';

const TEST_MS = 240_000;
const SENDERS = ['+4915260000001', '+4915260000002', '+4915260000003', '+4915260000004'];
const CUSTOMER = '+4915360000000';
const A_CAMPAIGN = 150;
const LONG_CAMPAIGN = 1_500;
/** Short leases, so that a frozen instance loses its own soon; and schedules that do not wait for minutes. */
const ENVIRONMENT = { LEASE_TTL_SECONDS: '8', LEASE_MARGIN_SECONDS: '2', SCHEDULE_SECONDS: '2' };

describe('Instances are replaced while they work', () => {
  let stack: Stack;
  let ecs: EcsService;
  let sessions: readonly SessionView[];

  beforeAll(async () => {
    stack = await Stack.start({ env: ENVIRONMENT });
    ecs = new EcsService(stack);
    await stack.phones.register(CUSTOMER);
    sessions = await Promise.all(
      SENDERS.map((number) => linkSession(stack.blazz, stack.phones, number, { pacing: { profile: 'unlimited' } })),
    );
  }, TEST_MS);

  afterAll(async () => {
    ecs?.close();
    await stack?.close();
  }, TEST_MS);

  const instanceIds = async (): Promise<readonly string[]> => (await stack.host.local()).instances.map(({ id }) => id);
  const ownersOf = async (): Promise<readonly (string | undefined)[]> =>
    (await Promise.all(sessions.map(({ id }) => stack.blazz.session(id)))).map(({ instance }) => instance?.id);

  /** One campaign after the other, until told to stop; gives all numbers that were written to. */
  const keepCampaigning = async (prefix: string, isOver: () => boolean): Promise<readonly string[]> => {
    const written: string[] = [];
    for (let n = 0; !isOver(); n++) {
      const numbers = await stack.phones.registerMany(`${prefix}${n}`, A_CAMPAIGN);
      const id = await createCampaign(stack, sessions.map((session) => session.id), numbers);
      await stack.blazz.post(`/v1/campaigns/${id}/start`);
      const { stats } = await whenAtRest(stack, id, ({ read }) => read === A_CAMPAIGN);
      expect(sumOf(stats)).toBe(A_CAMPAIGN);
      written.push(...numbers);
    }
    return written;
  };

  /** The customer writes to each number again and again, some forty messages a second in all. */
  const keepWriting = async (isOver: () => boolean): Promise<readonly string[]> => {
    const texts: string[] = [];
    while (!isOver()) {
      for (const number of SENDERS) {
        texts.push(`Question ${texts.length}`);
        await stack.phones.write(CUSTOMER, number, texts.at(-1) ?? '');
      }
      await delay(100);
    }
    return texts;
  };

  const receivedTexts = async (): Promise<readonly string[]> => {
    const chats = await stack.blazz.all<ChatView>('/v1/chats');
    const messages = await Promise.all(chats.filter(({ peer }) => peer === CUSTOMER).map(({ id }) => stack.blazz.all<MessageView>(`/v1/chats/${id}/messages`)));
    return messages.flat().filter(({ direction }) => direction === 'inbound').map(({ text }) => text ?? '');
  };

  const expectSameLinks = async (): Promise<void> => {
    for (const number of SENDERS) {
      const generations = new Set((await stack.phones.ledger(number)).map(({ linkGeneration }) => linkGeneration));
      expect([number, generations.size]).toEqual([number, 1]);
    }
  };

  it('by a rolling deployment: nothing is lost, nothing comes twice, nobody scans a QR code (I1, I2, I4)', async () => {
    const before = await instanceIds();
    let isOver = false;
    const campaigning = keepCampaigning('+49154', () => isOver);
    const writing = keepWriting(() => isOver);
    await ecs.redeploy();
    await until(() => ecs.isRolledOut(), { what: 'the deployment', timeoutMs: 120_000 });
    isOver = true;
    const [numbers, texts] = [await campaigning, await writing];

    const after = await instanceIds();
    expect(after).toHaveLength(2);
    expect(after.filter((id) => before.includes(id))).toEqual([]);
    expect((await ownersOf()).filter((id) => !after.includes(id ?? ''))).toEqual([]);
    for (const { id } of sessions) expect((await connected(stack.blazz, id)).migrationCount).toBeGreaterThan(0);
    expect(await phonesWithoutOneCopy(stack, numbers)).toEqual([]);
    await until(async () => (await receivedTexts()).length >= texts.length, { what: 'every question', timeoutMs: 120_000 }); // the slower the machine, the more were asked meanwhile
    expect((await receivedTexts()).toSorted()).toEqual(texts.toSorted());
    await expectSameLinks();
  }, TEST_MS);

  it('by an operator who drains one: its sessions move, and ECS starts another', async () => {
    const [victim] = await instanceIds();
    const view = await stack.operator.post<{ state: string; zone: string; version: string }>(`/v1/instances/${victim}/drain`);
    expect(view).toMatchObject({ state: 'draining', zone: expect.stringMatching(/^eu-central-1[ab]$/), version: expect.stringMatching(/^\d/) });
    await until(async () => (await ownersOf()).every((id) => id !== victim && id !== undefined), { what: 'its sessions to move', timeoutMs: 60_000 });
    await Promise.all(sessions.map(({ id }) => connected(stack.blazz, id)));
    await until(async () => {
      const ids = await instanceIds();
      return ids.length === 2 && !ids.includes(victim ?? '');
    }, { what: 'another instance', timeoutMs: 60_000 });
    expect((await stack.operator.instances()).map(({ id }) => id)).not.toContain(victim); // it left in order
  }, TEST_MS);

  it('one that freezes for longer than its lease in mid-campaign: it neither sends nor reports when it wakes (I1, I2, I3)', async () => {
    const numbers = await stack.phones.registerMany('+491557', LONG_CAMPAIGN);
    const [frozenId] = await ownersOf();
    const frozen = (await stack.host.local()).instances.find(({ id }) => id === frozenId);
    if (!frozen) throw new Error('No instance runs the first session');
    const id = await createCampaign(stack, sessions.map((session) => session.id), numbers);
    await stack.blazz.post(`/v1/campaigns/${id}/start`);
    await whenTaken(stack, id, LONG_CAMPAIGN / 6);
    process.kill(frozen.pid, 'SIGSTOP');
    expect(takenOf((await stack.blazz.campaign(id)).stats)).toBeLessThan(LONG_CAMPAIGN); // it was in mid-campaign indeed
    await until(async () => (await ownersOf()).every((owner) => owner !== frozenId && owner !== undefined), { what: 'the takeover', timeoutMs: 60_000 });
    await Promise.all(sessions.map((session) => connected(stack.blazz, session.id)));
    const owners = await ownersOf();

    process.kill(frozen.pid, 'SIGCONT');
    await until(async () => !(await instanceIds()).includes(frozen.id), { what: 'the woken instance to end itself' });
    const { stats } = await whenAtRest(stack, id, ({ read }) => read === LONG_CAMPAIGN);
    expect(sumOf(stats)).toBe(LONG_CAMPAIGN);
    expect(await phonesWithoutOneCopy(stack, numbers)).toEqual([]);
    expect(await ownersOf()).toEqual(owners); // it did not disturb those who had taken over
    await expectSameLinks();
  }, TEST_MS);
});
