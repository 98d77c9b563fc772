import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { makeCountOutcomes } from '../../../lambdas/queues/session-events/count-outcomes.ts';
import { makeApplyBatch } from '../../../lambdas/queues/session-events/apply-batch.ts';
import { dynamoCampaigns } from '../../../shared/adapters/dynamodb/dynamo-campaigns.ts';
import { dynamoChats } from '../../../shared/adapters/dynamodb/dynamo-chats.ts';
import { dynamoContacts } from '../../../shared/adapters/dynamodb/dynamo-contacts.ts';
import { dynamoDeliveries } from '../../../shared/adapters/dynamodb/dynamo-deliveries.ts';
import { dynamoMessages } from '../../../shared/adapters/dynamodb/dynamo-messages.ts';
import { dynamoOptedOutMessages } from '../../../shared/adapters/dynamodb/dynamo-opted-out-messages.ts';
import { dynamoOutbox } from '../../../shared/adapters/dynamodb/dynamo-outbox.ts';
import { dynamoOutcomes } from '../../../shared/adapters/dynamodb/dynamo-outcomes.ts';
import { dynamoPeers } from '../../../shared/adapters/dynamodb/dynamo-peers.ts';
import { dynamoSendingPolicies } from '../../../shared/adapters/dynamodb/dynamo-sending-policies.ts';
import { dynamoSessions } from '../../../shared/adapters/dynamodb/dynamo-sessions.ts';
import { dynamoWebhooks } from '../../../shared/adapters/dynamodb/dynamo-webhooks.ts';
import type { SessionEvent, SessionEventBatch } from '../../../shared/contracts/session-events.ts';
import { makeAnnounceCompletion } from '../../../shared/domain/campaigns/announce-completion.ts';
import { systemClock } from '../../../shared/domain/clock.ts';
import { makeConsentOf } from '../../../shared/domain/contacts/consent-words.ts';
import { makeSkipOptedOut } from '../../../shared/domain/contacts/skip-opted-out.ts';
import type { OutboundMessage } from '../../../shared/domain/outbox/outbound-message.ts';
import { makePublishEvents } from '../../../shared/domain/webhooks/publish-events.ts';
import { chatIdOf } from '../../../shared/identity/chat-identity.ts';
import { deliveryIdOf } from '../../../shared/identity/delivery-identity.ts';
import { derivedId } from '../../../shared/identity/derived-id.ts';
import { aCampaign } from '../../support/builders/campaign.ts';
import { anOutboundMessage } from '../../support/builders/outbound-message.ts';
import { aSession, anId } from '../../support/builders/session.ts';
import { aWebhook } from '../../support/builders/webhook.ts';
import { startDynamo, type TestDynamo } from '../../support/dynamodb.ts';

const CUSTOMER = '+4917012345678';
const WROTE_FIRST = '+4917012345679';
const at = (seconds: number) => new Date(Date.UTC(2026, 5, 1, 12, 0, seconds)).toISOString();

class Crash extends Error {}

/** The same client, which dies right after its call number `crashAt`: what that call wrote stays written. */
function crashingClient(doc: DynamoDBDocumentClient, crashAt: number): DynamoDBDocumentClient {
  let calls = 0;
  const send = async (command: Parameters<typeof doc.send>[0]) => {
    const answer = await doc.send(command);
    if (++calls === crashAt) throw new Crash();
    return answer;
  };
  return { send } as unknown as DynamoDBDocumentClient;
}

describe('session events', () => {
  let dynamo: TestDynamo;
  beforeAll(async () => {
    dynamo = await startDynamo();
  });
  afterAll(() => dynamo.stop());

  function adapters(doc: DynamoDBDocumentClient = dynamo.doc) {
    const { core, messages } = dynamo.tables;
    return {
      sessions: dynamoSessions(doc, core),
      messages: dynamoMessages(doc, messages),
      outbox: dynamoOutbox(doc, dynamo.tables),
      chats: dynamoChats(doc, messages),
      peers: dynamoPeers(doc, messages),
      campaigns: dynamoCampaigns(doc, core),
      contacts: dynamoContacts(doc, core),
      optedOutMessages: dynamoOptedOutMessages(doc, dynamo.tables),
      webhooks: dynamoWebhooks(doc, core),
      deliveries: dynamoDeliveries(doc, core),
      policies: dynamoSendingPolicies(doc, core),
      outcomes: dynamoOutcomes(doc, core),
    };
  }

  /** A consumer as a fresh process has it: it remembers nothing. */
  function consumer(doc?: DynamoDBDocumentClient) {
    const ports = adapters(doc);
    const publish = makePublishEvents({ ...ports, enqueue: async () => {}, deliveryIdOf });
    const eventIdOf = (atMs: number, ...parts: readonly string[]) => derivedId('evt', atMs, ...parts);
    const announce = makeAnnounceCompletion({ ...ports, publishEvents: publish, eventIdOf });
    const countOutcomes = makeCountOutcomes({ ...ports, clock: systemClock });
    const skipOptedOut = makeSkipOptedOut({ ...ports, announce });
    return makeApplyBatch({ ...ports, countOutcomes, publish, announce, consentOf: makeConsentOf(), skipOptedOut, clock: systemClock });
  }

  /** A workspace with a session, a webhook for everything, a running campaign of three and two direct messages. */
  async function aBusySession() {
    const [workspaceId, sessionId] = [anId('wsp'), anId('ses')];
    const { sessions, campaigns, webhooks, outbox } = adapters();
    await sessions.insert(aSession({ id: sessionId, workspaceId, fencingToken: 1, status: 'starting' }));
    const webhook = aWebhook({ workspaceId, events: ['*'] });
    await webhooks.insert(webhook);
    const campaign = aCampaign({ workspaceId, sessionIds: [sessionId], status: 'running', total: 3 });
    await campaigns.insert(campaign);
    const numbers = ['+4915100000001', '+4915100000002', '+4915100000003'];
    const ofCampaign = numbers.map((peer) => anOutboundMessage({ workspaceId, sessionId, peer, campaignId: campaign.id, priority: 'default' }));
    const direct = [anOutboundMessage({ workspaceId, sessionId, peer: CUSTOMER }), anOutboundMessage({ workspaceId, sessionId, peer: CUSTOMER })];
    await outbox.insertMany([...ofCampaign, ...direct]);
    for (const messages of [ofCampaign, direct]) await outbox.claim({ sessionId, fencingToken: 1, messages });
    return { workspaceId, sessionId, webhook, campaign, ofCampaign, direct };
  }
  type World = Awaited<ReturnType<typeof aBusySession>>;

  const sent = ({ id }: OutboundMessage, seconds: number): SessionEvent => ({ type: 'message.sent', at: at(seconds), messageId: id, wireId: '3EB0' });
  const ack = ({ id }: OutboundMessage, kind: 'delivered' | 'read' | 'played', seconds: number): SessionEvent =>
    ({ type: 'message.ack', at: at(seconds), messageId: id, ack: kind });
  const failed = ({ id }: OutboundMessage, seconds: number): SessionEvent =>
    ({ type: 'message.failed', at: at(seconds), messageId: id, failure: { code: 'refused', detail: 'x' } });
  const received = (peer: string, wireId: string, seconds: number): SessionEvent => ({
    type: 'message.received', at: at(seconds), observedAt: at(seconds), wireId, peer, author: null, senderName: 'Ada', messageType: 'text', text: 'Hi', replyToWireId: null, media: null,
  });
  const status = (name: 'authenticated' | 'connected' | 'disconnected', seconds: number): SessionEvent =>
    ({ type: 'session.status', at: at(seconds), status: name, reason: null, details: null, phoneNumber: '+4930123456' });

  const batchOf = ({ workspaceId, sessionId }: World, counter: number, events: SessionEvent[], fencingToken = 1): SessionEventBatch => ({
    v: 1, workspaceId, sessionId, instanceId: anId('ins'), fencingToken, events,
    sequence: `${String(fencingToken).padStart(10, '0')}-${String(counter).padStart(10, '0')}`,
  });

  function story(world: World): SessionEventBatch[] {
    const [one, two, three] = world.ofCampaign as [OutboundMessage, OutboundMessage, OutboundMessage];
    const [first, second] = world.direct as [OutboundMessage, OutboundMessage];
    return [
      batchOf(world, 1, [status('authenticated', 0), status('connected', 1), sent(one, 2), sent(two, 3), ack(two, 'delivered', 4), sent(first, 5)]),
      batchOf(world, 2, [ack(two, 'read', 6), received(CUSTOMER, 'IN1', 7), received(WROTE_FIRST, 'IN2', 8), received(CUSTOMER, 'IN3', 9), failed(second, 9)]),
      batchOf(world, 3, [sent(three, 10), failed(three, 11), ack(one, 'read', 12), ack(two, 'played', 13), received(CUSTOMER, 'IN3', 9)]),
      batchOf(world, 4, [ack(first, 'delivered', 14), received(CUSTOMER, 'IN4', 15)]),
    ];
  }

  async function outcomeOf({ workspaceId, sessionId, webhook, campaign, ofCampaign, direct }: World) {
    const { messages, chats, campaigns, deliveries, peers, sessions } = adapters();
    const stored = await messages.getMany(workspaceId, [...ofCampaign, ...direct].map(({ id }) => id));
    const chatOf = (peer: string) => chats.get(workspaceId, chatIdOf(workspaceId, sessionId, peer));
    const delivered = await deliveries.list(workspaceId, webhook.id, { limit: 200 });
    return {
      statuses: [...ofCampaign, ...direct].map(({ id }) => stored.get(id)?.status),
      counts: await campaigns.counts(campaign.id),
      campaign: (await campaigns.get(workspaceId, campaign.id)).status,
      unread: [(await chatOf(CUSTOMER)).unreadCount, (await chatOf(WROTE_FIRST)).unreadCount],
      chats: (await chats.list(workspaceId, { limit: 10 })).items.map(({ peer }) => peer),
      talksTo: await peers.lastSessionOf(workspaceId, CUSTOMER) === sessionId,
      session: (await sessions.get(workspaceId, sessionId)).status,
      events: delivered.items.map(({ event }) => event.type).toSorted(),
    };
  }

  const EXPECTED = {
    statuses: ['read', 'played', 'failed', 'delivered', 'failed'],
    counts: { sending: 0, sent: 0, delivered: 0, read: 2, failed: 1, skipped: 0 },
    campaign: 'completed',
    unread: [3, 1],
    chats: [CUSTOMER, WROTE_FIRST],
    talksTo: true,
    session: 'connected',
    events: [
      'campaign.status', 'chat.new', 'chat.new',
      'message.delivered', 'message.delivered', 'message.delivered', 'message.failed', 'message.failed', 'message.read', 'message.read',
      'message.received', 'message.received', 'message.received', 'message.received',
      'message.sent', 'message.sent', 'message.sent', 'message.sent', 'session.status', 'session.status',
    ],
  };

  it('moves messages, counts, chats and deliveries', async () => {
    const world = await aBusySession();
    const apply = consumer();
    for (const batch of story(world)) await apply(batch, { isRepeat: false });
    expect(await outcomeOf(world)).toEqual(EXPECTED);
  });

  it('changes nothing when each batch comes twice', async () => {
    const world = await aBusySession();
    for (const batch of story(world)) {
      await consumer()(batch, { isRepeat: false });
      await consumer()(batch, { isRepeat: true });
    }
    expect(await outcomeOf(world)).toEqual(EXPECTED);
  });

  it('comes to the same whichever database call it dies after (I5, I7)', async () => {
    for (const place of [0, 1, 2, 3]) {
      for (let crashAt = 1, hasCrashed = true; hasCrashed; crashAt++) {
        const world = await aBusySession();
        hasCrashed = false;
        for (const [i, batch] of story(world).entries()) {
          const doc = i === place ? crashingClient(dynamo.doc, crashAt) : dynamo.doc;
          const crashed = await consumer(doc)(batch, { isRepeat: false }).then(() => false, (error: unknown) => {
            if (!(error instanceof Crash)) throw error;
            return true;
          });
          if (crashed) await consumer()(batch, { isRepeat: true });
          hasCrashed ||= crashed;
        }
        expect({ place, crashAt, ...(await outcomeOf(world)) }).toEqual({ place, crashAt, ...EXPECTED });
      }
    }
  }, 60_000);

  it('drops what a former owner says about the session, and keeps what it says about messages that left', async () => {
    const world = await aBusySession();
    const [one] = world.ofCampaign as [OutboundMessage];
    await consumer()(batchOf(world, 1, [status('disconnected', 1), sent(one, 2), received(CUSTOMER, 'IN1', 3)], 0), { isRepeat: false });
    const { sessions, messages } = adapters();
    expect((await sessions.get(world.workspaceId, world.sessionId)).status).toBe('starting');
    expect((await messages.get(world.workspaceId, one.id)).status).toBe('sent');
    expect((await adapters().chats.list(world.workspaceId, { limit: 5 })).items).toHaveLength(1);
  });

  it('shows where the profile is stored, until its owner has wiped it', async () => {
    const world = await aBusySession();
    const storage = { path: 'a/b.snap', bytes: 7, verifiedAt: at(1) };
    const stored = async () => (await adapters().sessions.get(world.workspaceId, world.sessionId)).storage;
    await consumer()(batchOf(world, 1, [{ type: 'session.storage', at: at(1), ...storage }]), { isRepeat: false });
    expect(await stored()).toEqual(storage);
    await consumer()(batchOf(world, 2, [{ type: 'session.wiped', at: at(2), relinks: 0 }], 0), { isRepeat: false });
    expect(await stored()).toEqual(storage);
    await consumer()(batchOf(world, 3, [{ type: 'session.wiped', at: at(3), relinks: 0 }]), { isRepeat: false });
    expect(await stored()).toBeNull();
  });

  it('shows a QR until the session is linked', async () => {
    const world = await aBusySession();
    const { sessions } = adapters();
    const qr: SessionEvent = { type: 'session.qr', at: at(1), qr: 'ref,1', expiresAt: new Date(Date.now() + 60_000).toISOString(), attempt: 1 };
    await consumer()(batchOf(world, 1, [qr], 0), { isRepeat: false });
    expect(await sessions.findQr(world.sessionId)).toBeUndefined();
    await consumer()(batchOf(world, 2, [qr]), { isRepeat: false });
    expect(await sessions.findQr(world.sessionId)).toMatchObject({ qr: 'ref,1', attempt: 1 });
    await consumer()(batchOf(world, 3, [status('connected', 2)]), { isRepeat: false });
    expect(await sessions.findQr(world.sessionId)).toBeUndefined();
  });
});
