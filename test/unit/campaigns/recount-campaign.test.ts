import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Recipient } from '../../../shared/domain/campaigns/campaign.ts';
import { CALM_MS, isSuspect, NO_COUNTS, type CountShare } from '../../../shared/domain/campaigns/count-share.ts';
import { makeRecountCampaign } from '../../../shared/domain/campaigns/recount-campaign.ts';
import { campaignDeltas } from '../../../shared/domain/outbox/campaign-deltas.ts';
import type { AppliedChange, StatusChange } from '../../../shared/domain/outbox/messages.ts';
import { campaignMessageIdOf } from '../../../shared/identity/campaign-message-identity.ts';
import { aCampaign, recipients } from '../../support/builders/campaign.ts';
import { anOutboundMessage, WORKSPACE } from '../../support/builders/outbound-message.ts';
import { FakeClock } from '../../support/fakes/fake-clock.ts';
import { memoryCampaigns } from '../../support/fakes/memory-campaigns.ts';
import { memoryMessages } from '../../support/fakes/memory-messages.ts';
import { memoryMessageTable, queuedRow } from '../../support/fakes/memory-message-table.ts';

const SESSIONS = ['ses_01J0000000000000000000000S', 'ses_01J0000000000000000000000T'] as const;
const [SES, OTHER] = SESSIONS;

const sequenceOf = (token: number, counter: number) => `${String(token).padStart(10, '0')}-${String(counter).padStart(10, '0')}`;

interface Batch {
  readonly sessionId: string;
  readonly sequence: string;
  readonly fencingToken: number;
  readonly changes: readonly StatusChange[];
}

/** A running campaign in memory whose messages all are being sent, with a consumer that can die before it counts. */
async function aCampaignUnderWay(recipientCount: number) {
  const clock = new FakeClock();
  const [campaigns, table] = [memoryCampaigns(clock), memoryMessageTable()];
  const messages = memoryMessages(table);
  const draft = aCampaign();
  await campaigns.insert(draft);
  await campaigns.addRecipients(draft, recipients(recipientCount));
  const startedAt = clock.now();
  await campaigns.transition(WORKSPACE, draft.id, ['draft'], 'running', { startedAt, sessionIds: SESSIONS });
  const idOf = ({ to, attempt }: Recipient) => campaignMessageIdOf(WORKSPACE, draft.id, startedAt, to, attempt);
  let passes = 0;
  const noticed = { ...campaigns, listRecipients: (...args: Parameters<typeof campaigns.listRecipients>) => (passes++, campaigns.listRecipients(...args)) };
  const recount = makeRecountCampaign({ campaigns: noticed, messages, clock, messageIdOf: campaignMessageIdOf });

  async function claim(sessionId: string, all: readonly Recipient[]): Promise<readonly string[]> {
    const ids = all.map(idOf);
    all.forEach((recipient, i) => {
      const message = anOutboundMessage({ id: ids[i] ?? '', sessionId, peer: recipient.to, campaignId: draft.id });
      table.rows.set(message.id, { ...queuedRow(message), status: 'sending', claimToken: 1 });
    });
    await campaigns.addCounts(draft.id, sessionId, { sending: all.length });
    return ids;
  }
  const apply = ({ changes, ...batch }: Batch) => messages.applyChanges(WORKSPACE, batch, changes);
  async function count({ sessionId, sequence }: Batch, applied: readonly AppliedChange[]): Promise<void> {
    for (const [id, deltas] of campaignDeltas(applied)) await campaigns.addCounts(id, sessionId, deltas, sequence);
  }

  return {
    campaigns, table, clock, claim, apply, count, id: draft.id,
    passes: () => passes,
    deliver: async (batch: Batch) => count(batch, await apply(batch)),
    recount: async () => recount(await campaigns.get(WORKSPACE, draft.id)),
    counts: () => campaigns.counts(draft.id),
    /** What the messages say. */
    truth() {
      const counts = { ...NO_COUNTS };
      const rows = [...table.rows.values()];
      for (const { status } of rows) counts[(status === 'played' ? 'read' : status) as keyof typeof counts] += 1;
      return counts;
    },
  };
}

const move = (messageIds: readonly string[], to: StatusChange['to']) => messageIds.map((messageId): StatusChange => ({ messageId, to, at: 1 }));
const batchOf = (token: number, counter: number, changes: readonly StatusChange[], sessionId: string = SES): Batch => ({
  sessionId, sequence: sequenceOf(token, counter), fencingToken: token, changes,
});

describe('a share is suspect', () => {
  const share: CountShare = {
    sessionId: SES,
    counts: { ...NO_COUNTS, sent: 5 },
    changes: 4,
    changedAt: 0,
    countedSequence: sequenceOf(1, 4),
    vouchedSequence: sequenceOf(1, 1),
    recountedChanges: null,
    isDoubtful: false,
  };

  it.each<{ when: string; change: Partial<CountShare>; is: boolean }>([
    { when: 'nothing is being sent and its owner has not changed', change: {}, is: false },
    { when: 'no batch was counted yet', change: { countedSequence: null, vouchedSequence: null }, is: false },
    { when: 'something is being sent', change: { counts: { ...NO_COUNTS, sending: 1 } }, is: true },
    { when: 'less than nothing is being sent', change: { counts: { ...NO_COUNTS, sending: -1 } }, is: true },
    { when: 'the session changed hands', change: { countedSequence: sequenceOf(2, 1) }, is: true },
    { when: 'a batch came too late to be counted', change: { isDoubtful: true }, is: true },
    { when: 'it was recounted and has not changed since', change: { counts: { ...NO_COUNTS, sending: 1 }, recountedChanges: 4 }, is: false },
    { when: 'it has changed since it was recounted', change: { counts: { ...NO_COUNTS, sending: 1 }, recountedChanges: 3 }, is: true },
  ])('or not when $when: $is', ({ change, is }) => {
    expect(isSuspect({ ...share, ...change })).toBe(is);
  });
});

describe('a recount', () => {
  it('costs a healthy campaign no pass over its recipients', async () => {
    const world = await aCampaignUnderWay(4);
    const ids = await world.claim(SES, recipients(4));
    await world.deliver(batchOf(1, 1, move(ids, 'sent')));
    await world.deliver(batchOf(1, 2, move(ids.slice(2), 'read')));
    expect(await world.recount()).toEqual({ isSettled: false }); // receipts may follow
    world.clock.advance(CALM_MS);
    expect(await world.recount()).toEqual({ isSettled: true });
    expect(world.passes()).toBe(0);
  });

  it('costs a stalled campaign one pass a change', async () => {
    const world = await aCampaignUnderWay(4);
    const ids = await world.claim(SES, recipients(2));
    await world.claim(OTHER, recipients(2, 2));
    for (let i = 0; i < 3; i++) {
      world.clock.advance(CALM_MS);
      expect(await world.recount()).toEqual({ isSettled: true });
    }
    expect(world.passes()).toBe(1);
    await world.deliver(batchOf(1, 1, move(ids.slice(1), 'sent')));
    for (let i = 0; i < 3; i++) {
      world.clock.advance(CALM_MS);
      await world.recount();
    }
    expect(world.passes()).toBe(2);
    expect(await world.counts()).toEqual(world.truth());
  });

  it('waits until a share is calm', async () => {
    const world = await aCampaignUnderWay(1);
    const batch = batchOf(1, 1, move(await world.claim(SES, recipients(1)), 'sent'));
    const applied = await world.apply(batch);
    world.clock.advance(CALM_MS - 1);
    expect(await world.recount()).toEqual({ isSettled: false });
    await world.count(batch, applied);
    expect([world.passes(), await world.counts()]).toEqual([0, world.truth()]);
  });

  it('counts the present attempt of each recipient alone', async () => {
    const world = await aCampaignUnderWay(3);
    const ids = await world.claim(SES, recipients(3));
    await world.apply(batchOf(1, 1, move(ids, 'failed')));
    const retried = await world.campaigns.retryRecipients(world.id, SES, recipients(1));
    await world.claim(SES, retried);
    world.clock.advance(CALM_MS);
    await world.recount();
    expect(await world.counts()).toEqual({ ...NO_COUNTS, sending: 1, failed: 2 });
  });

  it('is refused by a batch that comes in its midst, and made good by the next', async () => {
    const world = await aCampaignUnderWay(2);
    const [first, second] = await world.claim(SES, recipients(2)) as [string, string];
    await world.apply(batchOf(1, 1, move([first], 'sent'))); // and lost
    world.clock.advance(CALM_MS);
    const campaigns = { ...world.campaigns };
    const interrupted = makeRecountCampaign({
      campaigns: {
        ...campaigns,
        correctCounts: async (...args) => {
          await world.deliver(batchOf(1, 2, move([second], 'sent')));
          return campaigns.correctCounts(...args);
        },
      },
      messages: memoryMessages(world.table), clock: world.clock, messageIdOf: campaignMessageIdOf,
    });
    expect(await interrupted(await campaigns.get(WORKSPACE, world.id))).toEqual({ isSettled: false });
    world.clock.advance(CALM_MS);
    expect(await world.recount()).toEqual({ isSettled: true });
    expect(await world.counts()).toEqual(world.truth());
  });

  it('counts what a lost batch moved, and adds nothing when that batch comes again', async () => {
    const world = await aCampaignUnderWay(3);
    const ids = await world.claim(SES, recipients(3));
    await world.deliver(batchOf(1, 1, move(ids.slice(0, 1), 'sent')));
    const lost = batchOf(1, 2, move(ids, 'read'));
    await world.apply(lost);
    world.clock.advance(CALM_MS);
    await world.recount();
    expect(await world.counts()).toEqual({ ...NO_COUNTS, read: 3 });
    await world.deliver(lost);
    expect(await world.counts()).toEqual({ ...NO_COUNTS, read: 3 });
  });

  it('that met a batch half-way is done again once that batch is through', async () => {
    const world = await aCampaignUnderWay(4);
    const ids = await world.claim(SES, recipients(4));
    const batch = batchOf(1, 1, move(ids, 'sent'));
    await world.apply({ ...batch, changes: batch.changes.slice(0, 1) });
    world.clock.advance(CALM_MS);
    await world.recount();
    expect(await world.counts()).toEqual({ ...NO_COUNTS, sending: 3, sent: 1 });
    await world.deliver(batch); // again, to its end
    expect(await world.counts()).toEqual({ ...NO_COUNTS, sending: 3, sent: 1 });
    expect(await world.recount()).toEqual({ isSettled: false });
    world.clock.advance(CALM_MS);
    await world.recount();
    expect(await world.counts()).toEqual({ ...NO_COUNTS, sent: 4 });
  });
});

describe('whichever counts are lost', () => {
  const MESSAGES = 6; // of each session
  const oneMove = fc.record({ message: fc.nat(MESSAGES - 1), to: fc.constantFrom<StatusChange['to']>('sent', 'delivered', 'read', 'played', 'failed') });
  const oneBatch = fc.record({
    session: fc.constantFrom(...SESSIONS),
    moves: fc.uniqueArray(oneMove, { minLength: 1, maxLength: 4, selector: ({ message }) => message }),
    isLost: fc.boolean(),
    appliedBeforeLoss: fc.nat(4),
  });

  type Drawn = typeof oneBatch extends fc.Arbitrary<infer T> ? T : never;

  /** A lost count is a death on the way, so the session is another's after it. */
  function story(drawn: readonly Drawn[], ids: ReadonlyMap<string, readonly string[]>) {
    const tokens = new Map<string, number>(SESSIONS.map((id) => [id, 1]));
    const told = drawn.map(({ session, moves, isLost, appliedBeforeLoss }, i) => {
      const token = tokens.get(session) ?? 1;
      if (isLost) tokens.set(session, token + 1);
      const changes = moves.map(({ message, to }): StatusChange => ({ messageId: ids.get(session)?.[message] ?? '', to, at: 1 }));
      return { isLost, appliedBeforeLoss, batch: batchOf(token, i + 1, changes, session) };
    });
    /** What the last owner has to say about one more message. */
    const last = SESSIONS.map((session) => batchOf(tokens.get(session) ?? 1, 99, move((ids.get(session) ?? []).slice(-1), 'sent'), session));
    return [...told, ...last.map((batch) => ({ isLost: false, appliedBeforeLoss: 0, batch }))];
  }

  it('they equal a recount in the end, however late the lost batches come after all (I5)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(oneBatch, { maxLength: 12 }), async (drawn) => {
        const world = await aCampaignUnderWay(2 * (MESSAGES + 1));
        const ids = new Map<string, readonly string[]>();
        for (const [i, session] of SESSIONS.entries()) ids.set(session, await world.claim(session, recipients(MESSAGES + 1, i * (MESSAGES + 1))));
        const batches = story(drawn, ids);
        for (const { batch, isLost, appliedBeforeLoss } of batches) {
          if (isLost) await world.apply({ ...batch, changes: batch.changes.slice(0, appliedBeforeLoss) });
          else await world.deliver(batch);
        }

        world.clock.advance(CALM_MS);
        expect(await world.recount()).toEqual({ isSettled: true });
        expect(await world.counts()).toEqual(world.truth());
        const recounted = await world.counts();
        for (const { batch } of batches) await world.deliver(batch);
        expect(await world.counts()).toEqual(recounted);
        world.clock.advance(CALM_MS);
        expect(await world.recount()).toEqual({ isSettled: true });
        expect(await world.counts()).toEqual(world.truth());
      }),
      { numRuns: 300 },
    );
  });
});
