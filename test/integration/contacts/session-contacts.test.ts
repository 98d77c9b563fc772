import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { makeApplyBatch } from '../../../lambdas/queues/session-events/apply-batch.ts';
import type { PublicEvent } from '../../../shared/contracts/public-event.ts';
import type { SessionEvent, SessionEventBatch } from '../../../shared/contracts/session-events.ts';
import { makeConsentOf } from '../../../shared/domain/contacts/consent-words.ts';
import { makeIsOptedOut } from '../../../shared/domain/contacts/contacts.ts';
import { makeSkipOptedOut } from '../../../shared/domain/contacts/skip-opted-out.ts';
import { dynamoChats } from '../../../shared/adapters/dynamodb/dynamo-chats.ts';
import { dynamoMediaFiles } from '../../../shared/adapters/dynamodb/dynamo-media-files.ts';
import { makeAddMediaLink } from '../../../shared/domain/media/media-links.ts';
import { chatIdOf } from '../../../shared/identity/chat-identity.ts';
import { aNumber, recipients } from '../../support/builders/campaign.ts';
import { WORKSPACE } from '../../support/builders/outbound-message.ts';
import { anId } from '../../support/builders/session.ts';
import { memoryMediaStore } from '../../support/fakes/memory-media-store.ts';
import { startCampaignWorld, type CampaignWorld } from '../campaigns/campaign-world.ts';

const ADA = '+4915100000001';
const LID = '100200300@lid';
const GROUP = '49151-160000@g.us';

let world: CampaignWorld;
let chats: ReturnType<typeof dynamoChats>;
let ses: string;
let workspaceId: string;
let published: PublicEvent[];
let batches = 0;

beforeAll(async () => {
  world = await startCampaignWorld();
  chats = dynamoChats(world.dynamo.doc, world.dynamo.tables.messages);
  ses = await world.linkedSession();
});
afterAll(() => world.stop());
beforeEach(() => {
  workspaceId = anId('wsp');
  published = [];
});

const at = (seconds: number) => new Date(Date.UTC(2026, 5, 1, 12, 0, seconds)).toISOString();
let received = 0;
const message = (peer: string, text: string, seconds: number, more: { wireId?: string; author?: string; senderName?: string | null } = {}): SessionEvent => ({
  type: 'message.received', at: at(seconds), observedAt: at(seconds), wireId: `IN${received++}`, peer, author: null, senderName: 'Ada', messageType: 'text', text, replyToWireId: null, media: null, ...more,
});
const identity = (seconds: number, names: { phoneNumber?: string; lid?: string; bsuid?: string; name?: string }): SessionEvent =>
  ({ type: 'contact.identity', at: at(seconds), phoneNumber: null, lid: null, bsuid: null, name: null, ...names });

const batchOf = (events: SessionEvent[]): SessionEventBatch => ({
  v: 1, workspaceId, sessionId: ses, instanceId: 'ins_01J0000000000000000000000A', fencingToken: 0, events, sequence: `0000000000-${String(++batches).padStart(10, '0')}`,
});
async function deliver(batch: SessionEventBatch, isRepeat = false): Promise<void> {
  const announce = async () => {};
  const skipOptedOut = makeSkipOptedOut({ ...world, announce });
  const publish = async (_workspace: string, events: readonly PublicEvent[]) => void published.push(...events);
  const { doc, tables } = world.dynamo;
  await makeApplyBatch({
    ...world, chats, countOutcomes: async () => {}, publish, announce, consentOf: makeConsentOf(), skipOptedOut,
    files: dynamoMediaFiles(doc, tables.core), enqueueMeta: async () => {}, addMediaLink: makeAddMediaLink(memoryMediaStore()), mediaRetentionMs: 1_000,
    numberEvents: async (_, events) => events,
  })(batch, { isRepeat });
}
const report = (...events: SessionEvent[]) => deliver(batchOf(events));
const contactOf = async (peer: string) => (await world.contacts.find(workspaceId, [peer])).get(peer);
const listed = async () => (await chats.list(workspaceId, { limit: 10 })).items;
const changes = () => published.filter(({ type }) => type === 'contact.updated').map(({ data }) => data['change']);

describe('who writes', () => {
  it('is a contact, once, under the name WhatsApp shows', async () => {
    const batch = batchOf([message(ADA, 'Hi', 1), message(ADA, 'There?', 2, { senderName: null }), message(GROUP, 'All', 3, { author: '+49170', senderName: 'Bob' })]);
    await deliver(batch);
    await deliver(batch, true);
    const { items } = await world.contacts.list(workspaceId, { limit: 10 });
    expect(items).toMatchObject([{ name: 'Ada', isNameGiven: false, origin: 'chat', identities: [ADA] }]);
    await report(message(ADA, 'Married', 4, { senderName: 'Ada L.' }));
    expect(await contactOf(ADA)).toMatchObject({ id: items[0]?.id, name: 'Ada L.' });
    expect(await listed()).toHaveLength(2);
  });
});

describe('a mapping that becomes known', () => {
  it('makes the chats of a lid part of those of the number, history included', async () => {
    await report(message(LID, 'First', 1));
    await report(message(ADA, 'Second', 2));
    expect(await listed()).toHaveLength(2);
    const mapping = batchOf([identity(3, { phoneNumber: ADA, lid: LID })]);
    await deliver(mapping);
    await deliver(mapping, true);
    const [chat, ...others] = await listed();
    expect(others).toEqual([]);
    expect(chat).toMatchObject({ peer: ADA, unreadCount: 2, messagesIn: 2, formerPeers: [LID] });
    const former = [chatIdOf(workspaceId, ses, LID)];
    const texts = async (limit: number, cursor?: string) => world.messages.listOfChat(workspaceId, chat?.id ?? '', { limit, cursor }, former);
    expect((await texts(10)).items.map(({ text }) => text)).toEqual(['Second', 'First']);
    const first = await texts(1);
    expect([...first.items, ...(await texts(1, first.cursor)).items].map(({ text }) => text)).toEqual(['Second', 'First']);
    expect(changes()).toContain('merged');
    expect((await contactOf(LID))?.id).toBe((await contactOf(ADA))?.id);
  });

  it('leaves messages from before it within reach of reactions, edits and answers', async () => {
    await report(message(LID, 'Before', 1, { wireId: 'BEFORE' }));
    await report(identity(2, { phoneNumber: ADA, lid: LID }));
    const chatId = (await listed())[0]?.id;
    const about = { peer: LID, wireId: 'BEFORE', messageAt: at(1), fromMe: false, author: LID };
    const answer = message(LID, 'Answer', 4);
    await report({ type: 'message.reaction', at: at(3), ...about, emoji: '👍' }, { ...answer, replyToWireId: 'BEFORE', replyToAt: at(1) } as SessionEvent);
    await report({ type: 'message.edited', at: at(5), ...about, peer: ADA, messageAt: null, text: 'Changed' });
    const stored = (await world.messages.listOfChat(workspaceId, chatId ?? '', { limit: 9 }, [chatIdOf(workspaceId, ses, LID)])).items;
    const before = stored.find(({ wireId }) => wireId === 'BEFORE');
    expect(before).toMatchObject({ text: 'Changed', peer: LID, reactions: [{ emoji: '👍' }] });
    expect(stored.find(({ text }) => text === 'Answer')).toMatchObject({ replyTo: before?.id });
    expect(published.filter(({ type }) => type === 'message.reaction')).toMatchObject([{ chatId, data: { messageId: before?.id, peer: ADA } }]);
  });

  it('is used by what comes with it and after it, and nothing is stored twice', async () => {
    const told = message(LID, 'Before', 1);
    await report(told);
    await report(identity(2, { phoneNumber: ADA, lid: LID }), message(LID, 'With', 3));
    await report(message(LID, 'After', 4), told); // a client tells again what it thinks was missed
    const [chat, ...others] = await listed();
    expect(others).toEqual([]);
    expect(chat).toMatchObject({ peer: ADA, messagesIn: 3 });
    expect(await world.peers.lastSessionOf(workspaceId, ADA)).toBe(ses);
    const stored = (await world.dynamo.scan('messages')).filter(({ pk, sk }) => String(pk).startsWith(workspaceId) && String(sk).startsWith('msg_'));
    expect(stored.map(({ text, peer }) => `${String(text)} ${String(peer)}`).toSorted()).toEqual([`After ${ADA}`, `Before ${LID}`, `With ${ADA}`]);
  });

  it('keeps an opt-out that came under the other name, and stays in its workspace (I6)', async () => {
    await report(message(LID, 'STOP', 1));
    await report(identity(2, { phoneNumber: ADA, lid: LID }));
    expect(await makeIsOptedOut(world.contacts)(workspaceId, ADA)).toBe(true);
    expect(await makeIsOptedOut(world.contacts)(anId('wsp'), ADA)).toBe(false);
  });

  it('says nothing with one name alone', async () => {
    await report(identity(1, { lid: LID, name: 'Ada' }), identity(1, {}));
    expect((await world.contacts.list(workspaceId, { limit: 5 })).items).toEqual([]);
  });
});

describe('words of consent', () => {
  it('opt out and in again, the last one counts, and what comes late changes nothing', async () => {
    await report(message(ADA, 'Hello', 1));
    const stop = batchOf([message(ADA, 'Stop!', 10)]);
    await deliver(stop);
    expect(await contactOf(ADA)).toMatchObject({ optedOut: true });
    await report(message(ADA, 'START', 20));
    await deliver(stop, true);
    expect(await contactOf(ADA)).toMatchObject({ optedOut: false });
    expect(changes()).toEqual(['opted_out', 'opted_in']);
    await report(message(ADA, 'stop', 30), message(ADA, 'start', 31), message(ADA, 'unsubscribe', 32));
    expect(await contactOf(ADA)).toMatchObject({ optedOut: true });
  });

  it('are told again by a batch that comes again after a crash, under the same id (I7)', async () => {
    const batch = batchOf([message(ADA, 'STOP', 1)]);
    await deliver(batch);
    await deliver(batch, true);
    expect(new Set(published.filter(({ type }) => type === 'contact.updated').map(({ id }) => id)).size).toBe(1);
  });

  it('say nothing in a group', async () => {
    await report(message(GROUP, 'STOP', 1, { author: ADA }));
    expect(await contactOf(ADA)).toBeUndefined();
  });
});

describe('a campaign', () => {
  beforeEach(() => {
    workspaceId = WORKSPACE;
  });

  it('leaves out who opted out before and during it; the parts add up and it completes (I5)', async () => {
    await report(message(aNumber(1), 'STOP', 1));
    const { id } = await world.draft(recipients(4), { sessionIds: [ses] });
    await world.startCampaign(WORKSPACE, id);
    await world.drain();
    expect(await world.stats(id)).toMatchObject({ total: 4, queued: 3, skipped: 1 });
    await report(message(aNumber(2), 'unsubscribe', 2));
    expect(await world.stats(id)).toMatchObject({ queued: 2, skipped: 2 });
    expect(await world.send(ses, id, 10)).toBe(2);
    expect(await world.stats(id)).toMatchObject({ total: 4, sent: 2, skipped: 2, queued: 0, sending: 0 });
    expect(await world.recount(id)).toEqual({ sent: 2, skipped: 2 });
    expect((await world.get(id)).status).toBe('completed');
  });

  it('completes when the last one left opts out', async () => {
    const { id } = await world.draft([{ to: aNumber(9), variables: {}, attempt: 0 }], { sessionIds: [ses] });
    await world.startCampaign(WORKSPACE, id);
    await world.drain();
    await report(message(aNumber(9), 'Abmelden', 5));
    expect(await world.stats(id)).toMatchObject({ total: 1, skipped: 1 });
    expect((await world.get(id)).status).toBe('completed');
  });
});
