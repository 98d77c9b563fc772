import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OutboundMessage } from '../../shared/domain/outbox/outbound-message.ts';
import type { ClaimOutcome, Outbox } from '../../shared/domain/outbox/outbox.ts';
import { derivedId } from '../../shared/identity/derived-id.ts';
import { anOutboundMessage, WORKSPACE } from '../support/builders/outbound-message.ts';

/** An outbox with what it depends on but does not own. */
export interface OutboxHarness {
  readonly outbox: Outbox;
  setFencingToken(sessionId: string, token: number): Promise<void>;
  setLeaseToken(sessionId: string, token: number): Promise<void>;
  setCampaignRunning(campaignId: string, isRunning: boolean): Promise<void>;
  sendingCount(campaignId: string, sessionId: string): Promise<number>;
  stop(): Promise<void>;
}

const NOW = Date.UTC(2026, 5, 1, 12);
const idsOf = (messages: readonly OutboundMessage[]) => messages.map(({ id }) => id);
const claimedIds = (outcome: ClaimOutcome) => (outcome.outcome === 'claimed' ? idsOf(outcome.claimed) : outcome.outcome);

/** Run on the in-memory fake in unit tests and on DynamoDB in integration tests. */
export function describeOutbox(name: string, start: () => Promise<OutboxHarness>): void {
  describe(`${name} keeps the contract of Outbox`, () => {
    let harness: OutboxHarness;
    let outbox: Outbox;
    let made = 0;
    beforeAll(async () => {
      harness = await start();
      outbox = harness.outbox;
    });
    afterAll(() => harness.stop());

    /** A session nobody else uses, owned under `token`. */
    async function aSession(token = 1): Promise<string> {
      const sessionId = derivedId('ses', NOW, String(made++));
      await harness.setFencingToken(sessionId, token);
      return sessionId;
    }
    async function aRunningCampaign(): Promise<string> {
      const campaignId = derivedId('cmp', NOW, String(made++));
      await harness.setCampaignRunning(campaignId, true);
      return campaignId;
    }
    async function queued(change: Partial<OutboundMessage>): Promise<OutboundMessage> {
      return (await outbox.insert(anOutboundMessage(change))).message;
    }

    describe('insert', () => {
      it('keeps the message as it was given', async () => {
        const message = anOutboundMessage({ sessionId: await aSession(), replyTo: 'msg_x', campaignId: null });
        expect(await outbox.insert(message)).toEqual({ message, inserted: true });
        expect(await outbox.listDue({ sessionId: message.sessionId, campaignId: null }, NOW, 10)).toEqual([message]);
      });

      it('leaves one that is there alone and returns it', async () => {
        const first = await queued({ sessionId: await aSession() });
        const again = { ...first, content: { type: 'text' as const, text: 'Another' } };
        expect(await outbox.insert(again)).toEqual({ message: first, inserted: false });
      });

      it('inserts many, each outcome at its place', async () => {
        const sessionId = await aSession();
        const present = await queued({ sessionId });
        const fresh = Array.from({ length: 60 }, () => anOutboundMessage({ sessionId }));
        const given = [...fresh.slice(0, 30), { ...present, priority: 'low' as const }, ...fresh.slice(30)];
        const outcomes = await outbox.insertMany(given);
        expect(idsOf(outcomes.map(({ message }) => message))).toEqual(idsOf(given));
        expect(outcomes.filter(({ inserted }) => !inserted)).toEqual([{ message: present, inserted: false }]);
      });

      it('inserts nothing when there is nothing', async () => {
        expect(await outbox.insertMany([])).toEqual([]);
      });
    });

    describe('postpone', () => {
      it('makes a queued message due later, and leaves one alone that was claimed', async () => {
        const sessionId = await aSession();
        const lane = { sessionId, campaignId: null };
        const [waiting, claimed] = [await queued({ sessionId, dueAt: NOW - 1 }), await queued({ sessionId, dueAt: NOW - 1 })];
        await outbox.claim({ sessionId, fencingToken: 1, messages: [claimed] });
        await outbox.postpone([waiting, claimed], NOW + 5_000);
        await outbox.postpone([], NOW + 9_000);
        expect(await outbox.listDue(lane, NOW, 10)).toEqual([]);
        expect(await outbox.listDue(lane, NOW + 5_000, 10)).toEqual([{ ...waiting, dueAt: NOW + 5_000 }]);
        expect(await outbox.listInDoubt(sessionId)).toMatchObject([{ id: claimed.id, dueAt: NOW - 1 }]);
      });
    });

    describe('listDue', () => {
      it('goes by priority, then due time, then id, and stops at the limit', async () => {
        const sessionId = await aSession();
        const low = await queued({ sessionId, priority: 'low', dueAt: NOW - 9_000 });
        const late = await queued({ sessionId, priority: 'critical', dueAt: NOW });
        const early = await queued({ sessionId, priority: 'critical', dueAt: NOW - 1_000 });
        const high = await queued({ sessionId, priority: 'high', dueAt: NOW - 5_000 });
        const lane = { sessionId, campaignId: null };
        expect(idsOf(await outbox.listDue(lane, NOW, 10))).toEqual(idsOf([early, late, high, low]));
        expect(idsOf(await outbox.listDue(lane, NOW, 3))).toEqual(idsOf([early, late, high]));
      });

      it('finds what is due behind many that are not', async () => {
        const sessionId = await aSession();
        const later = Array.from({ length: 30 }, (_, i) => anOutboundMessage({ sessionId, priority: 'critical', dueAt: NOW + 1 + i }));
        await outbox.insertMany(later);
        const due = await queued({ sessionId, priority: 'default', dueAt: NOW });
        expect(idsOf(await outbox.listDue({ sessionId, campaignId: null }, NOW, 5))).toEqual([due.id]);
      });

      it('keeps lanes apart', async () => {
        const [sessionId, campaignId] = [await aSession(), await aRunningCampaign()];
        const direct = await queued({ sessionId });
        const ofCampaign = await queued({ sessionId, campaignId, priority: 'default' });
        expect(idsOf(await outbox.listDue({ sessionId, campaignId: null }, NOW, 5))).toEqual([direct.id]);
        expect(idsOf(await outbox.listDue({ sessionId, campaignId }, NOW, 5))).toEqual([ofCampaign.id]);
      });
    });

    describe('claim', () => {
      it('marks messages sending under the token and takes them off the queue', async () => {
        const sessionId = await aSession(7);
        const message = await queued({ sessionId });
        const outcome = await outbox.claim({ sessionId, fencingToken: 7, messages: [message] });
        expect(outcome).toEqual({ outcome: 'claimed', claimed: [{ ...message, status: 'sending', claimToken: 7 }] });
        expect(await outbox.listDue({ sessionId, campaignId: null }, NOW, 5)).toEqual([]);
      });

      it('takes 90 at once', async () => {
        const sessionId = await aSession();
        const messages = Array.from({ length: 90 }, () => anOutboundMessage({ sessionId }));
        await outbox.insertMany(messages);
        expect(claimedIds(await outbox.claim({ sessionId, fencingToken: 1, messages }))).toEqual(idsOf(messages));
      });

      it.each([
        { held: 2, used: 1, because: 'an older owner' },
        { held: 1, used: 2, because: 'a token never given' },
      ])('refuses $because and changes nothing', async ({ held, used }) => {
        const sessionId = await aSession(held);
        const message = await queued({ sessionId });
        expect(await outbox.claim({ sessionId, fencingToken: used, messages: [message] })).toEqual({ outcome: 'fenced' });
        expect(await outbox.listDue({ sessionId, campaignId: null }, NOW, 5)).toEqual([message]);
        expect(await outbox.listInDoubt(sessionId)).toEqual([]);
      });

      it.each([
        { held: 2, used: 2, claims: 1 },
        { held: 3, used: 2, claims: 0 },
        { held: undefined, used: 1, claims: 0 },
      ])('of a sender whose lease is $used, while $held holds, claims $claims', async ({ held, used, claims }) => {
        const sessionId = await aSession();
        if (held !== undefined) await harness.setLeaseToken(sessionId, held);
        const message = await queued({ sessionId });
        const outcome = await outbox.claim({ sessionId, fencingToken: 1, leaseToken: used, messages: [message] });
        expect(claimedIds(outcome)).toEqual(claims === 1 ? [message.id] : 'fenced');
        expect(await outbox.listInDoubt(sessionId)).toHaveLength(claims);
      });

      it('leaves out those that wait for another session by now', async () => {
        const [sessionId, other] = [await aSession(), await aSession()];
        const message = await queued({ sessionId: other });
        expect(claimedIds(await outbox.claim({ sessionId, fencingToken: 1, messages: [message] }))).toEqual([]);
        expect(idsOf(await outbox.listDue({ sessionId: other, campaignId: null }, NOW, 5))).toEqual([message.id]);
      });

      it('leaves out those that are no longer queued', async () => {
        const sessionId = await aSession();
        const [first, second, third] = [await queued({ sessionId }), await queued({ sessionId }), await queued({ sessionId })];
        await outbox.claim({ sessionId, fencingToken: 1, messages: [first] });
        await outbox.skip(WORKSPACE, [third.id]);
        const outcome = await outbox.claim({ sessionId, fencingToken: 1, messages: [first, second, third] });
        expect(claimedIds(outcome)).toEqual([second.id]);
      });

      it('claims nothing of nothing', async () => {
        const sessionId = await aSession();
        expect(claimedIds(await outbox.claim({ sessionId, fencingToken: 1, messages: [] }))).toEqual([]);
      });

      it('of two claims at once gives each message to one', async () => {
        const sessionId = await aSession();
        const messages = Array.from({ length: 20 }, () => anOutboundMessage({ sessionId }));
        await outbox.insertMany(messages);
        const claims = [messages, messages.toReversed()].map((part) => outbox.claim({ sessionId, fencingToken: 1, messages: part }));
        const claimed = (await Promise.all(claims)).flatMap(claimedIds);
        expect(claimed.toSorted()).toEqual(idsOf(messages).toSorted());
      });

      it('counts the messages of a running campaign as sending', async () => {
        const [sessionId, campaignId] = [await aSession(), await aRunningCampaign()];
        const messages = [await queued({ sessionId, campaignId }), await queued({ sessionId, campaignId })];
        await outbox.claim({ sessionId, fencingToken: 1, messages: messages.slice(0, 1) });
        await outbox.claim({ sessionId, fencingToken: 1, messages });
        expect(await harness.sendingCount(campaignId, sessionId)).toBe(2);
      });

      it('leaves the messages of a paused campaign queued', async () => {
        const [sessionId, campaignId] = [await aSession(), await aRunningCampaign()];
        const message = await queued({ sessionId, campaignId });
        await harness.setCampaignRunning(campaignId, false);
        const outcome = await outbox.claim({ sessionId, fencingToken: 1, messages: [message] });
        expect(outcome).toEqual({ outcome: 'campaign-not-running' });
        expect(await outbox.listDue({ sessionId, campaignId }, NOW, 5)).toEqual([message]);
        expect(await harness.sendingCount(campaignId, sessionId)).toBe(0);
      });
    });

    describe('what is in doubt', () => {
      it('is every claimed message that is still sending, once', async () => {
        const sessionId = await aSession();
        const messages = [await queued({ sessionId }), await queued({ sessionId })];
        for (const message of messages) await outbox.claim({ sessionId, fencingToken: 1, messages: [message] });
        expect(idsOf(await outbox.listInDoubt(sessionId)).toSorted()).toEqual(idsOf(messages).toSorted());
      });

      it('outlives forgetting as long as a message is sending', async () => {
        const sessionId = await aSession();
        const message = await queued({ sessionId });
        await outbox.claim({ sessionId, fencingToken: 1, messages: [message] });
        await outbox.forgetSettledClaims(sessionId);
        expect(idsOf(await outbox.listInDoubt(sessionId))).toEqual([message.id]);
      });

      it('goes to the new owner by adoption, never back to an older one', async () => {
        const sessionId = await aSession(4);
        const message = await queued({ sessionId });
        await outbox.claim({ sessionId, fencingToken: 4, messages: [message] });
        const adopted = await outbox.adopt(sessionId, 5, await outbox.listInDoubt(sessionId));
        expect(adopted).toEqual([{ ...message, status: 'sending', claimToken: 5 }]);
        expect(await outbox.adopt(sessionId, 5, adopted)).toEqual(adopted);
        expect(await outbox.adopt(sessionId, 4, adopted)).toEqual([]);
        expect(await outbox.listInDoubt(sessionId)).toEqual(adopted);
      });

      it('cannot be adopted unless it is sending', async () => {
        const sessionId = await aSession();
        expect(await outbox.adopt(sessionId, 1, [await queued({ sessionId })])).toEqual([]);
      });
    });

    describe('skip', () => {
      it('takes queued messages off the queue, once', async () => {
        const sessionId = await aSession();
        const [waiting, claimed] = [await queued({ sessionId }), await queued({ sessionId })];
        await outbox.claim({ sessionId, fencingToken: 1, messages: [claimed] });
        expect(await outbox.skip(WORKSPACE, idsOf([waiting, claimed]))).toEqual([waiting.id]);
        expect(await outbox.skip(WORKSPACE, idsOf([waiting, claimed]))).toEqual([]);
        expect(await outbox.listDue({ sessionId, campaignId: null }, NOW, 5)).toEqual([]);
      });
    });

    describe('lanes', () => {
      it('are listed from opening to closing, each once', async () => {
        const sessionId = await aSession();
        const lane = { sessionId, campaignId: await aRunningCampaign() };
        await outbox.openLane(lane);
        await outbox.openLane(lane);
        expect(await outbox.listLanes(sessionId)).toEqual([lane]);
        await outbox.closeLane(lane);
        await outbox.closeLane(lane);
        expect(await outbox.listLanes(sessionId)).toEqual([]);
      });
    });
  });
}
