import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { makeCountOutcomes } from '../../../lambdas/queues/session-events/count-outcomes.ts';
import { makeApplyBatch } from '../../../lambdas/queues/session-events/apply-batch.ts';
import { dynamoCampaigns } from '../../../shared/adapters/dynamodb/dynamo-campaigns.ts';
import { dynamoChatNumbers } from '../../../shared/adapters/dynamodb/dynamo-chat-numbers.ts';
import { dynamoChats } from '../../../shared/adapters/dynamodb/dynamo-chats.ts';
import { dynamoContacts } from '../../../shared/adapters/dynamodb/dynamo-contacts.ts';
import { dynamoDeliveries } from '../../../shared/adapters/dynamodb/dynamo-deliveries.ts';
import { dynamoMediaFiles } from '../../../shared/adapters/dynamodb/dynamo-media-files.ts';
import { dynamoMessages } from '../../../shared/adapters/dynamodb/dynamo-messages.ts';
import { dynamoOptedOutMessages } from '../../../shared/adapters/dynamodb/dynamo-opted-out-messages.ts';
import { dynamoOutbox } from '../../../shared/adapters/dynamodb/dynamo-outbox.ts';
import { dynamoOutcomes } from '../../../shared/adapters/dynamodb/dynamo-outcomes.ts';
import { dynamoPeers } from '../../../shared/adapters/dynamodb/dynamo-peers.ts';
import { dynamoSendingPolicies } from '../../../shared/adapters/dynamodb/dynamo-sending-policies.ts';
import { dynamoSessions } from '../../../shared/adapters/dynamodb/dynamo-sessions.ts';
import { dynamoWebhooks } from '../../../shared/adapters/dynamodb/dynamo-webhooks.ts';
import type { SessionEvent, SessionEventBatch } from '../../../shared/contracts/session-events.ts';
import { makeAnnounceStatus } from '../../../shared/domain/campaigns/announce-status.ts';
import { systemClock } from '../../../shared/domain/clock.ts';
import { makeConsentOf } from '../../../shared/domain/contacts/consent-words.ts';
import { makeSkipOptedOut } from '../../../shared/domain/contacts/skip-opted-out.ts';
import type { OutboundMessage } from '../../../shared/domain/outbox/outbound-message.ts';
import { makeAddMediaLink } from '../../../shared/domain/media/media-links.ts';
import { makeNumberEvents } from '../../../shared/domain/webhooks/number-events.ts';
import { makePublishEvents } from '../../../shared/domain/webhooks/publish-events.ts';
import { chatIdOf } from '../../../shared/identity/chat-identity.ts';
import { receivedMediaIdOf } from '../../../shared/identity/media-identity.ts';
import type { Delivery } from '../../../shared/domain/webhooks/webhooks.ts';
import { deliveryIdOf } from '../../../shared/identity/delivery-identity.ts';
import { derivedId } from '../../../shared/identity/derived-id.ts';
import { messageIdOf, wireIdOf } from '../../../shared/identity/message-identity.ts';
import { aCampaign } from '../../support/builders/campaign.ts';
import { anOutboundMessage } from '../../support/builders/outbound-message.ts';
import { aSession, anId } from '../../support/builders/session.ts';
import { aWebhook } from '../../support/builders/webhook.ts';
import { Crash, crashingClient } from '../../support/crashing-client.ts';
import { memoryMediaStore } from '../../support/fakes/memory-media-store.ts';
import { startDynamo, type TestDynamo } from '../../support/dynamodb.ts';

const CUSTOMER = '+4917012345678';
const WROTE_FIRST = '+4917012345679';
const at = (seconds: number) => new Date(Date.UTC(2026, 5, 1, 12, 0, seconds)).toISOString();

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
      files: dynamoMediaFiles(doc, core),
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
    const announce = makeAnnounceStatus({ ...ports, publishEvents: publish, eventIdOf });
    const countOutcomes = makeCountOutcomes({ ...ports, clock: systemClock });
    const skipOptedOut = makeSkipOptedOut({ ...ports, announce });
    const numberEvents = makeNumberEvents(dynamoChatNumbers(doc ?? dynamo.doc, dynamo.tables.messages));
    return makeApplyBatch({ ...ports, countOutcomes, numberEvents, publish, announce, consentOf: makeConsentOf(), skipOptedOut, noteCounts: async () => {}, clock: systemClock, addMediaLink: makeAddMediaLink(memoryMediaStore()), mediaRetentionMs: 3_600_000 });
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
  const FILE = { mimetype: 'image/png', filename: null, bytes: 5, sha256: 'hash' };
  const received = (peer: string, wireId: string, seconds: number, media: typeof FILE | null = null): SessionEvent => ({
    type: 'message.received', at: at(seconds), observedAt: at(seconds), wireId, peer, author: null, senderName: 'Ada', messageType: 'text', text: 'Hi', replyToWireId: null, media,
  });
  const fileOf = (world: World, seconds: number): SessionEvent => ({
    type: 'message.media', at: at(seconds), settledAt: at(16), wireId: 'IN1', peer: CUSTOMER, failure: null,
    media: { ...FILE, id: receivedMediaIdOf(world.sessionId, 'IN1', Date.parse(at(seconds))) },
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
      batchOf(world, 2, [ack(two, 'read', 6), received(CUSTOMER, 'IN1', 7, FILE), received(WROTE_FIRST, 'IN2', 8), received(CUSTOMER, 'IN3', 9), failed(second, 9)]),
      batchOf(world, 3, [sent(three, 10), failed(three, 11), ack(one, 'read', 12), ack(two, 'played', 13), received(CUSTOMER, 'IN3', 9)]),
      batchOf(world, 4, [ack(first, 'delivered', 14), received(CUSTOMER, 'IN4', 15), fileOf(world, 7)]),
    ];
  }

  async function outcomeOf({ workspaceId, sessionId, webhook, campaign, ofCampaign, direct }: World) {
    const { messages, chats, campaigns, deliveries, peers, sessions, files } = adapters();
    const stored = await messages.getMany(workspaceId, [...ofCampaign, ...direct].map(({ id }) => id));
    const chatOf = (peer: string) => chats.get(workspaceId, chatIdOf(workspaceId, sessionId, peer));
    const delivered = await deliveries.list(workspaceId, webhook.id, { limit: 200 });
    /** As `GET /v1/media/{id}` finds it: by its own id, which leads to the message. */
    const fileIn = async () => {
      const record = await files.find(workspaceId, receivedMediaIdOf(sessionId, 'IN1', Date.parse(at(7))));
      return record?.kind === 'received' ? (await messages.get(workspaceId, record.messageId)).media?.status : undefined;
    };
    return {
      statuses: [...ofCampaign, ...direct].map(({ id }) => stored.get(id)?.status),
      counts: await campaigns.counts(campaign.id),
      campaign: (await campaigns.get(workspaceId, campaign.id)).status,
      unread: [(await chatOf(CUSTOMER)).unreadCount, (await chatOf(WROTE_FIRST)).unreadCount],
      chats: (await chats.list(workspaceId, { limit: 10 })).items.map(({ peer }) => peer),
      talksTo: await peers.lastSessionOf(workspaceId, CUSTOMER) === sessionId,
      session: (await sessions.get(workspaceId, sessionId)).status,
      file: await fileIn(),
      pending: (await messages.listPendingMedia(sessionId, 5)).length,
      events: delivered.items.map(({ event }) => event.type).toSorted(),
      sequences: [CUSTOMER, WROTE_FIRST].map((peer) => sequencesOf(delivered.items, chatIdOf(workspaceId, sessionId, peer))),
    };
  }

  const sequencesOf = (deliveries: readonly Delivery[], chatId: string) =>
    deliveries.filter(({ event }) => event.chatId === chatId).map(({ event }) => event.sequence).toSorted((a = 0, b = 0) => a - b);

  const EXPECTED = {
    statuses: ['read', 'played', 'failed', 'delivered', 'failed'],
    counts: { sending: 0, sent: 0, delivered: 0, read: 2, failed: 1, skipped: 0 },
    campaign: 'completed',
    unread: [3, 1],
    chats: [CUSTOMER, WROTE_FIRST],
    talksTo: true,
    session: 'connected',
    file: 'stored',
    pending: 0,
    events: [
      'campaign.status', 'chat.new', 'chat.new',
      'message.delivered', 'message.delivered', 'message.delivered', 'message.failed', 'message.failed',
      'message.media', 'message.read', 'message.read',
      'message.received', 'message.received', 'message.received', 'message.received',
      'message.sent', 'message.sent', 'message.sent', 'message.sent', 'session.status', 'session.status',
    ],
    sequences: [[1, 2, 3, 4, 5, 6, 7, 8], [1, 2]],
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

  it('tells what became of a file, with a link or a reason, once each', async () => {
    const world = await aBusySession();
    const failure = { code: 'media_expired', detail: 'gone' };
    const gone = (counter: number) => batchOf(world, counter, [{ type: 'message.media', at: at(7), settledAt: at(9), wireId: 'IN1', peer: CUSTOMER, media: null, failure }]);
    await consumer()(batchOf(world, 1, [received(CUSTOMER, 'IN1', 7, FILE)]), { isRepeat: false });
    for (const batch of [gone(2), gone(3), batchOf(world, 4, [fileOf(world, 7)]), gone(5)]) await consumer()(batch, { isRepeat: false });
    const events = (await adapters().deliveries.list(world.workspaceId, world.webhook.id, { limit: 50 })).items.map(({ event }) => event);
    const shown = events.filter(({ type }) => type.startsWith('message.')).map(({ type, data }) => [type, data['media']]).toReversed();
    const id = receivedMediaIdOf(world.sessionId, 'IN1', Date.parse(at(7)));
    expect(shown).toEqual([
      ['message.received', { ...FILE, id, status: 'pending' }],
      ['message.media', { ...FILE, id, status: 'failed', failure }],
      ['message.media', { ...FILE, id, status: 'stored', url: `memory://media/${world.workspaceId}/${id}` }],
    ]);
  });

  it('knows no file of a message it has never heard of', async () => {
    const world = await aBusySession();
    await consumer()(batchOf(world, 1, [fileOf(world, 7)]), { isRepeat: false });
    expect((await adapters().deliveries.list(world.workspaceId, world.webhook.id, { limit: 50 })).items).toEqual([]);
  });

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

  describe('what is done to messages', () => {
    const ROME = { latitude: 41.9, longitude: 12.5, name: 'Rome', address: null };
    const about = (peer: string, wireId: string, seconds: number, over: object = {}) =>
      ({ at: at(seconds), peer, wireId, messageAt: at(seconds - 5), fromMe: false, author: peer, ...over });
    const reacted = (peer: string, wireId: string, seconds: number, emoji: string, over: object = {}): SessionEvent =>
      ({ type: 'message.reaction', ...about(peer, wireId, seconds, over), emoji });
    const eventsOf = async ({ workspaceId, webhook }: World, type: string) =>
      (await adapters().deliveries.list(workspaceId, webhook.id, { limit: 200 })).items.map(({ event }) => event).filter((event) => event.type === type);
    const messageIn = (workspaceId: string, wireId: string, seconds: number) => adapters().messages.get(workspaceId, messageIdOf(workspaceId, CUSTOMER, Date.parse(at(seconds)), wireId));

    it('shows on the message, and is told once, whether it comes before or after the message', async () => {
      const world = await aBusySession();
      const { workspaceId, sessionId } = world;
      const batches = [
        batchOf(world, 1, [reacted(CUSTOMER, 'IN2', 7, '👍'), received(CUSTOMER, 'IN1', 1), { type: 'message.edited', ...about(CUSTOMER, 'IN1', 6), text: 'Hi there' }]),
        batchOf(world, 2, [received(CUSTOMER, 'IN2', 2), { type: 'message.revoked', ...about(CUSTOMER, 'IN1', 6, { at: at(8) }) }]),
      ];
      for (const batch of batches) {
        await consumer()(batch, { isRepeat: false });
        await consumer()(batch, { isRepeat: true });
      }
      const [first, second] = [await messageIn(workspaceId, 'IN1', 1), await messageIn(workspaceId, 'IN2', 2)];
      expect(first).toMatchObject({ text: 'Hi there', editedAt: Date.parse(at(6)), revokedAt: Date.parse(at(8)) });
      expect(second).toMatchObject({ text: 'Hi', reactions: [{ author: CUSTOMER, emoji: '👍' }] });
      const told = async (type: string) => (await eventsOf(world, type)).map(({ chatId, data }) => [chatId, data['messageId']]);
      const chatId = chatIdOf(workspaceId, sessionId, CUSTOMER);
      expect(await told('message.edited')).toEqual([[chatId, first.id]]);
      expect(await told('message.revoked')).toEqual([[chatId, first.id]]);
      expect(await told('message.reaction')).toEqual([[chatId, second.id]]);
      expect(await eventsOf(world, 'message.received')).toHaveLength(2);
    });

    it('by us shows once it is sent, also when no page tells of it, and opens no chat', async () => {
      const world = await aBusySession();
      const { workspaceId, sessionId } = world;
      const [target] = world.direct as [OutboundMessage];
      const action = (content: OutboundMessage['content']) => anOutboundMessage({ workspaceId, sessionId, peer: CUSTOMER, content });
      const actions = [action({ type: 'edit', text: 'Better', edit: { messageId: target.id } }), action({ type: 'reaction', reaction: { messageId: target.id, emoji: '🎉' } }), action({ type: 'delete', delete: { messageId: target.id } })];
      const { outbox, messages, chats } = adapters();
      await outbox.insertMany(actions);
      await outbox.claim({ sessionId, fencingToken: 1, messages: actions });
      const batch = batchOf(world, 1, actions.map((each, i) => sent(each, 5 + i)));
      await consumer()(batch, { isRepeat: false });
      await consumer()(batch, { isRepeat: true });
      const own: SessionEvent = { type: 'message.edited', ...about(CUSTOMER, wireIdOf(target.id, sessionId), 9, { author: null, fromMe: true }), text: 'Better' };
      await consumer()(batchOf(world, 2, [own]), { isRepeat: false }); // the page tells of it as well
      expect(await messages.get(workspaceId, target.id)).toMatchObject({ text: 'Better', editedAt: Date.parse(at(9)), revokedAt: Date.parse(at(7)), reactions: [{ author: null, emoji: '🎉' }] });
      expect([await eventsOf(world, 'message.edited'), await eventsOf(world, 'message.reaction'), await eventsOf(world, 'message.revoked')].map(({ length }) => length)).toEqual([1, 1, 1]);
      expect((await chats.list(workspaceId, { limit: 5 })).items).toEqual([]);
    });

    it('is told of messages that we do not have, too, and of votes in polls of ours', async () => {
      const world = await aBusySession();
      const [poll] = world.direct as [OutboundMessage];
      const vote: SessionEvent = { type: 'message.vote', ...about(CUSTOMER, wireIdOf(poll.id, world.sessionId), 9, { fromMe: true }), options: ['Mon'] };
      const onPhone = reacted(CUSTOMER, 'WRITTEN ON THE PHONE', 9, '👍', { fromMe: true });
      for (let delivery = 0; delivery < 2; delivery++) await consumer()(batchOf(world, 1, [vote, onPhone]), { isRepeat: delivery > 0 });
      expect((await adapters().messages.get(world.workspaceId, poll.id)).votes).toMatchObject([{ author: CUSTOMER, options: ['Mon'] }]);
      expect(await eventsOf(world, 'message.vote')).toMatchObject([{ data: { messageId: poll.id, options: ['Mon'], author: CUSTOMER } }]);
      expect(await eventsOf(world, 'message.reaction')).toMatchObject([{ data: { messageId: null, wireId: 'WRITTEN ON THE PHONE', emoji: '👍' } }]);
    });

    it('keeps what a message says beside its text, and what it replies to', async () => {
      const world = await aBusySession();
      const { workspaceId, sessionId } = world;
      const [ours] = world.direct as [OutboundMessage];
      const place: SessionEvent = { ...received(CUSTOMER, 'IN1', 1), messageType: 'location', details: { location: ROME }, replyToWireId: wireIdOf(ours.id, sessionId) } as SessionEvent;
      const reply: SessionEvent = { ...received(CUSTOMER, 'IN2', 2), replyToWireId: 'IN1', replyToAt: at(1), isForwarded: true, mentions: ['+491511234567'] } as SessionEvent;
      const later: SessionEvent = { ...received(CUSTOMER, 'IN3', 3), replyToWireId: 'IN2', replyToAt: null } as SessionEvent;
      await consumer()(batchOf(world, 1, [reply, place]), { isRepeat: false });
      await consumer()(batchOf(world, 2, [later]), { isRepeat: false });
      const first = await messageIn(workspaceId, 'IN1', 1);
      expect(first).toMatchObject({ type: 'location', details: { location: ROME }, replyTo: ours.id, isForwarded: false });
      const second = await messageIn(workspaceId, 'IN2', 2);
      expect(second).toMatchObject({ replyTo: first.id, isForwarded: true, mentions: ['+491511234567'] });
      expect(await messageIn(workspaceId, 'IN3', 3)).toMatchObject({ replyTo: second.id });
      expect((await eventsOf(world, 'message.received')).find(({ data }) => data['id'] === first.id)?.data).toMatchObject({ content: { location: ROME }, replyTo: ours.id });
    });

    it('takes a reaction of ours back', async () => {
      const world = await aBusySession();
      const { workspaceId, sessionId } = world;
      const { outbox } = adapters();
      await consumer()(batchOf(world, 1, [received(CUSTOMER, 'IN1', 1)]), { isRepeat: false });
      const { id } = await messageIn(workspaceId, 'IN1', 1);
      for (const [i, emoji] of ['🎉', ''].entries()) {
        const action = anOutboundMessage({ workspaceId, sessionId, peer: CUSTOMER, content: { type: 'reaction', reaction: { messageId: id, emoji } } });
        await outbox.insertMany([action]);
        await outbox.claim({ sessionId, fencingToken: 1, messages: [action] });
        const own = reacted(CUSTOMER, 'IN1', 6 + i, emoji, { author: null, messageAt: at(1) });
        await consumer()(batchOf(world, 2 + i, [own, sent(action, 7 + i)]), { isRepeat: false });
        expect((await messageIn(workspaceId, 'IN1', 1)).reactions).toMatchObject(emoji === '' ? [] : [{ author: null, emoji }]);
      }
      expect((await eventsOf(world, 'message.reaction')).map(({ data }) => String(data['emoji'])).toSorted()).toEqual(['', '🎉']);
    });

    it('tells who types and who is online, and writes none of it down', async () => {
      const world = await aBusySession();
      const before = await dynamo.scan('messages');
      const signs: SessionEvent[] = [
        { type: 'chat.typing', at: at(1), peer: CUSTOMER, author: null, state: 'typing' },
        { type: 'contact.presence', at: at(2), peer: CUSTOMER, isOnline: false, lastSeenAt: at(1) },
      ];
      for (let delivery = 0; delivery < 2; delivery++) await consumer()(batchOf(world, 1, signs), { isRepeat: delivery > 0 });
      expect(await eventsOf(world, 'chat.typing')).toMatchObject([{ chatId: chatIdOf(world.workspaceId, world.sessionId, CUSTOMER), data: { peer: CUSTOMER, state: 'typing' } }]);
      expect(await eventsOf(world, 'contact.presence')).toMatchObject([{ data: { peer: CUSTOMER, isOnline: false, lastSeenAt: at(1) } }]);
      expect(await dynamo.scan('messages')).toEqual(before);
    });
  });
});
