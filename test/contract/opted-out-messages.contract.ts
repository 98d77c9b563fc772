import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Campaigns } from '../../shared/domain/campaigns/campaigns.ts';
import type { OptedOutMessages } from '../../shared/domain/contacts/opted-out-messages.ts';
import type { Messages } from '../../shared/domain/outbox/messages.ts';
import type { Outbox } from '../../shared/domain/outbox/outbox.ts';
import { aCampaign } from '../support/builders/campaign.ts';
import { anOutboundMessage, SESSION } from '../support/builders/outbound-message.ts';
import { anId } from '../support/builders/session.ts';

export interface OptedOutMessagesHarness {
  readonly optedOutMessages: OptedOutMessages;
  readonly outbox: Outbox;
  readonly messages: Messages;
  readonly campaigns: Campaigns;
  stop(): Promise<void>;
}

const ADA = '+4915100000001';
const BOB = '+4915100000002';

/** Run on the in-memory fakes in unit tests and on DynamoDB in integration tests. */
export function describeOptedOutMessages(name: string, start: () => Promise<OptedOutMessagesHarness>): void {
  describe(`${name} keeps the contract of OptedOutMessages`, () => {
    let harness: OptedOutMessagesHarness;
    beforeAll(async () => {
      harness = await start();
    });
    afterAll(() => harness.stop());

    const aRunningCampaign = async (workspaceId: string) => {
      const campaign = aCampaign({ workspaceId, status: 'running' });
      await harness.campaigns.insert(campaign);
      return campaign.id;
    };

    it('puts skipped messages into the history, counted once however often (I5)', async () => {
      const workspaceId = anId('wsp');
      const campaignId = await aRunningCampaign(workspaceId);
      const messages = [ADA, BOB].map((peer) => anOutboundMessage({ workspaceId, campaignId, peer }));
      await harness.optedOutMessages.insertSkipped(messages.slice(0, 1));
      for (let again = 0; again < 2; again++) await harness.optedOutMessages.insertSkipped(messages);
      expect(await harness.campaigns.counts(campaignId)).toMatchObject({ skipped: 2, sending: 0 });
      for (const { id } of messages) expect(await harness.messages.get(workspaceId, id)).toMatchObject({ status: 'skipped', failure: { code: 'opted_out' } });
      expect(await harness.outbox.listDue({ sessionId: SESSION, campaignId }, Date.now() + 1e9, 9)).toEqual([]);
    });

    it("skips what campaigns hold for a peer, and nobody else's, nor what was sent directly", async () => {
      const workspaceId = anId('wsp');
      const [one, other] = [await aRunningCampaign(workspaceId), await aRunningCampaign(workspaceId)];
      const direct = anOutboundMessage({ workspaceId, peer: ADA });
      const bobs = anOutboundMessage({ workspaceId, campaignId: one, peer: BOB });
      await harness.outbox.insertMany([direct, bobs, ...[one, other].map((campaignId) => anOutboundMessage({ workspaceId, campaignId, peer: ADA }))]);
      expect([...(await harness.optedOutMessages.skipQueued(workspaceId, ADA))].toSorted()).toEqual([one, other].toSorted());
      expect(await harness.optedOutMessages.skipQueued(workspaceId, ADA)).toEqual([]);
      expect(await harness.campaigns.counts(one)).toMatchObject({ skipped: 1 });
      expect(await harness.campaigns.counts(other)).toMatchObject({ skipped: 1 });
      for (const { id } of [direct, bobs]) expect(await harness.messages.get(workspaceId, id)).toMatchObject({ status: 'queued' });
      expect(await harness.optedOutMessages.skipQueued(anId('wsp'), BOB)).toEqual([]);
    });

    it('counts each once when two do it at the same moment', async () => {
      const workspaceId = anId('wsp');
      const campaignId = await aRunningCampaign(workspaceId);
      await harness.outbox.insertMany([1, 2, 3].map(() => anOutboundMessage({ workspaceId, campaignId, peer: ADA })));
      await Promise.all([1, 2, 3].map(() => harness.optedOutMessages.skipQueued(workspaceId, ADA)));
      expect(await harness.campaigns.counts(campaignId)).toMatchObject({ skipped: 3 });
    });
  });
}
