import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { makeApplyBatch, type ApplyBatchDeps } from '../../../lambdas/queues/session-events/apply-batch.ts';
import { dynamoMediaFiles } from '../../../shared/adapters/dynamodb/dynamo-media-files.ts';
import { dynamoChats } from '../../../shared/adapters/dynamodb/dynamo-chats.ts';
import type { SessionEvent, SessionEventBatch } from '../../../shared/contracts/session-events.ts';
import { CALM_MS, NO_COUNTS } from '../../../shared/domain/campaigns/count-share.ts';
import { makeFollowUpCampaign } from '../../../shared/domain/campaigns/follow-up-campaign.ts';
import { makeRecountCampaign } from '../../../shared/domain/campaigns/recount-campaign.ts';
import type { OutboundMessage } from '../../../shared/domain/outbox/outbound-message.ts';
import { campaignMessageIdOf } from '../../../shared/identity/campaign-message-identity.ts';
import { recipients } from '../../support/builders/campaign.ts';
import { WORKSPACE } from '../../support/builders/outbound-message.ts';
import { startCampaignWorld, type CampaignWorld } from './campaign-world.ts';
import { makeAddMediaLink } from '../../../shared/domain/media/media-links.ts';
import { memoryMediaStore } from '../../support/fakes/memory-media-store.ts';

class Crash extends Error {}

describe('counts that were lost heal (I5)', () => {
  let world: CampaignWorld;
  let ses: string;
  let id: string;
  let ours: readonly OutboundMessage[];
  beforeAll(async () => {
    world = await startCampaignWorld();
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    ses = await world.linkedSession();
    ({ id } = await world.draft(recipients(30), { sessionIds: [ses] }));
    await world.startCampaign(WORKSPACE, id);
    await world.drain();
    ours = await claimed(30);
    world.announced.length = 0;
  });

  async function claimed(limit: number): Promise<readonly OutboundMessage[]> {
    const due = await world.outbox.listDue({ sessionId: ses, campaignId: id }, world.clock.now(), limit);
    const outcome = await world.outbox.claim({ sessionId: ses, fencingToken: 0, messages: due });
    return outcome.outcome === 'claimed' ? outcome.claimed : [];
  }
  function consumer(campaigns: ApplyBatchDeps['campaigns'] = world.campaigns) {
    const chats = dynamoChats(world.dynamo.doc, world.dynamo.tables.messages);
    const announce = async () => {};
    const media = { files: dynamoMediaFiles(world.dynamo.doc, world.dynamo.tables.core), enqueueMeta: async () => {}, addMediaLink: makeAddMediaLink(memoryMediaStore()), mediaRetentionMs: 1_000 };
    return makeApplyBatch({ ...world, ...media, chats, campaigns, countOutcomes: async () => {}, numberEvents: async (_, events) => events, publish: async () => {}, announce, consentOf: () => undefined, skipOptedOut: async () => {} });
  }
  const deliver = (batch: SessionEventBatch, isRepeat = false) => consumer()(batch, { isRepeat });
  /** Moves the messages and dies before it counts. */
  async function applyOnly(batch: SessionEventBatch): Promise<void> {
    const dying = { ...world.campaigns, addCounts: () => Promise.reject(new Crash()) };
    await expect(consumer(dying)(batch, { isRepeat: false })).rejects.toThrow(Crash);
  }

  const at = () => new Date(world.clock.now()).toISOString();
  const sent = ({ id: messageId }: OutboundMessage): SessionEvent => ({ type: 'message.sent', at: at(), messageId, wireId: '3EB0' });
  const read = ({ id: messageId }: OutboundMessage): SessionEvent => ({ type: 'message.ack', at: at(), messageId, ack: 'read' });
  const batchOf = (counter: number, events: SessionEvent[], fencingToken = 0): SessionEventBatch => ({
    v: 1, workspaceId: WORKSPACE, sessionId: ses, instanceId: 'ins_01J0000000000000000000000A', fencingToken, events,
    sequence: `${String(fencingToken).padStart(10, '0')}-${String(counter).padStart(10, '0')}`,
  });

  const followUp = async () => world.followUp(await world.get(id));
  async function afterCalm(): Promise<void> {
    world.pass(CALM_MS);
    await followUp();
  }
  const isActive = async () => (await world.campaigns.listActive()).some((campaign) => campaign.id === id);
  const shareItem = async () => (await world.dynamo.scan('core')).find(({ pk, sk }) => pk === `C#${id}` && String(sk).startsWith('COUNTS#'));

  it('and complete the campaign, whether or not the lost batch comes again', async () => {
    await deliver(batchOf(1, ours.slice(0, 10).map(sent)));
    const lost = batchOf(2, ours.slice(10).flatMap((message) => [sent(message), read(message)]));
    await applyOnly(lost);
    await followUp();
    expect(await world.counts(id)).toEqual({ ...NO_COUNTS, sending: 20, sent: 10 }); // too early to tell

    await afterCalm();
    expect(await world.counts(id)).toEqual({ ...NO_COUNTS, sent: 10, read: 20 });
    expect(await world.recount(id)).toEqual({ sent: 10, read: 20 });
    expect((await world.get(id)).status).toBe('completed');
    expect(world.announcedAs('completed')).toEqual([id]);

    await deliver(lost, true);
    expect(await world.counts(id)).toEqual({ ...NO_COUNTS, sent: 10, read: 20 });
    await followUp();
    expect(await isActive()).toBe(true); // it looks once more whether that batch was whole
    await afterCalm();
    expect(await world.counts(id)).toEqual({ ...NO_COUNTS, sent: 10, read: 20 });
    expect(await isActive()).toBe(false);
  });

  it('after the campaign is completed too, when its session has a new owner', async () => {
    await deliver(batchOf(1, ours.map(sent)));
    expect((await world.get(id)).status).toBe('completed');
    await applyOnly(batchOf(2, ours.slice(0, 12).map(read))); // the host dies; the next owner reports a late receipt
    await deliver(batchOf(1, ours.slice(12, 13).map(read), 1));
    expect(await world.counts(id)).toEqual({ ...NO_COUNTS, sent: 29, read: 1 });

    await followUp();
    expect(await isActive()).toBe(true);
    await afterCalm();
    expect(await world.counts(id)).toEqual({ ...NO_COUNTS, sent: 17, read: 13 });
    expect(await isActive()).toBe(false);
  });

  it('under a cancelled campaign', async () => {
    await world.cancel(WORKSPACE, id);
    await world.drain();
    await applyOnly(batchOf(1, ours.map(sent)));
    await afterCalm();
    expect(await world.stats(id)).toMatchObject({ total: 30, sending: 0, sent: 30, skipped: 0 });
    expect(await isActive()).toBe(false);
  });

  it('when a batch comes during the recount: the correction is refused, and made at the next follow-up', async () => {
    await applyOnly(batchOf(1, ours.slice(0, 20).map(sent)));
    const standings: typeof world.messages.standings = async (...args) => {
      const seen = await world.messages.standings(...args);
      await deliver(batchOf(2, ours.slice(20).map(sent)));
      return seen;
    };
    const recountCampaign = makeRecountCampaign({ ...world, messages: { standings }, messageIdOf: campaignMessageIdOf });
    const { campaigns, outbox, startCampaign, clock } = world;
    const announce = async () => {};
    const disturbed = makeFollowUpCampaign({ campaigns, outbox, startCampaign, recountCampaign, announce, clock, enqueue: async () => {} });
    world.pass(CALM_MS);
    await disturbed(await world.get(id));
    expect(await world.counts(id)).toEqual({ ...NO_COUNTS, sending: 20, sent: 10 });
    expect((await world.get(id)).status).toBe('running');

    await afterCalm();
    expect(await world.counts(id)).toEqual({ ...NO_COUNTS, sent: 30 });
    expect((await world.get(id)).status).toBe('completed');
  });

  it('when a consumer died in the middle of its moves and was recounted before its batch came again', async () => {
    const batch = batchOf(1, ours.map(sent));
    await applyOnly({ ...batch, events: batch.events.slice(0, 4) });
    await afterCalm();
    expect(await world.counts(id)).toEqual({ ...NO_COUNTS, sending: 26, sent: 4 });
    await deliver(batch, true);
    await afterCalm();
    expect(await world.counts(id)).toEqual({ ...NO_COUNTS, sent: 30 });
    expect((await world.get(id)).status).toBe('completed');
  });

  it('not while a session is claiming more', async () => {
    await applyOnly(batchOf(1, ours.map(sent)));
    world.pass(CALM_MS - 1);
    await followUp();
    world.pass(1);
    const [due] = ours;
    await world.outbox.insert({ ...(due as OutboundMessage), id: campaignMessageIdOf(WORKSPACE, id, 1, due?.peer ?? '', 1), status: 'queued' });
    expect(await claimed(1)).toHaveLength(1);
    await followUp();
    expect(await world.counts(id)).toEqual({ ...NO_COUNTS, sending: 31 });
  });

  it('without a look at the recipients of a healthy campaign', async () => {
    await deliver(batchOf(1, ours.map(sent)));
    await deliver(batchOf(2, ours.map(read)));
    const before = await shareItem();
    await afterCalm();
    expect(await isActive()).toBe(false);
    expect(await shareItem()).toEqual(before);
    expect(before).toMatchObject({ changes: 3, read: 30 });
    expect(before).not.toHaveProperty('recountedChanges');
  });
});
