import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { SQSRecord } from 'aws-lambda';
import type { BusinessNumber } from '../../../local/client/meta-client.ts';
import { until } from '../../../local/client/until.ts';
import type { ChatView, MessageView } from '../../../shared/contracts/api/messages.ts';
import type { SessionView } from '../../../shared/contracts/api/sessions.ts';
import { anId } from '../../support/builders/session.ts';
import { APP_SECRET, startMetaWorld, VERIFY_TOKEN, type MetaWorld } from './meta-world.ts';

let world: MetaWorld;
let workspaceId: string;
let shop: BusinessNumber;
let session: SessionView;
let customer: string;
let drawn = 0;

beforeAll(async () => {
  world = await startMetaWorld();
});
afterAll(() => world?.stop());
beforeEach(async () => {
  workspaceId = anId('wsp');
  customer = `+4915${1_000_000 + ++drawn}`;
  shop = await world.meta.number(`+4931${1_000_000 + drawn}`);
  session = await connect(shop);
  await world.meta.customer(customer, { name: 'Ada' });
  await world.listen(workspaceId);
});

const connect = async ({ phoneNumberId, businessAccountId, accessToken }: BusinessNumber): Promise<SessionView> =>
  (await world.sessions('POST', '/v1/sessions', { workspaceId, body: { provider: 'meta', meta: { phoneNumberId, businessAccountId, accessToken } } })).body;

/** Waits for Meta's webhook to be on the queue, and applies it. */
const arrives = (): Promise<number> => until(async () => (await world.settle()) || undefined, { what: 'a webhook of Meta', everyMs: 20 });

const chats = async (): Promise<readonly ChatView[]> => ((await world.chats('/v1/chats', { workspaceId })).body as { data: ChatView[] }).data;
const messages = async (): Promise<readonly MessageView[]> => {
  const [chat] = await chats();
  return chat ? ((await world.chats(`/v1/chats/${chat.id}/messages`, { workspaceId })).body as { data: MessageView[] }).data : [];
};

const sign = (body: string, secret = APP_SECRET): string => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
const post = (payload: unknown, signature?: string) => {
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
  return world.ingest('POST', '/v1/ingest/meta', { body, headers: { 'X-Hub-Signature-256': signature ?? sign(body) } });
};
const text = (wamid: string, body = 'Hello', timestamp = 1_780_000_000) => ({ from: customer.slice(1), id: wamid, timestamp: String(timestamp), type: 'text', text: { body } });
const change = (value: object, number = shop) => ({ field: 'messages', value: { messaging_product: 'whatsapp', metadata: { phone_number_id: number.phoneNumberId }, ...value } });
const batch = (...changes: readonly object[]) => ({ object: 'whatsapp_business_account', entry: [{ id: shop.businessAccountId, changes }] });

describe('A customer who writes to a number at Meta', () => {
  it('is heard: a chat, a message, webhooks', async () => {
    await world.meta.write(customer, shop.phoneNumber, { text: 'Is it open?' });
    await arrives();
    expect(await chats()).toMatchObject([{ peer: customer, name: 'Ada', unreadCount: 1, sessionId: session.id }]);
    expect(await messages()).toMatchObject([{ direction: 'inbound', type: 'text', text: 'Is it open?', from: customer, status: 'received' }]);
    expect(await world.events(workspaceId, 'message.received')).toMatchObject([{ sessionId: session.id, data: { text: 'Is it open?', senderName: 'Ada' } }]);
    expect(await world.events(workspaceId, 'chat.new')).toHaveLength(1);
  });

  it.each([
    { type: 'image', content: { id: '77', mime_type: 'image/jpeg', sha256: Buffer.alloc(32, 7).toString('base64'), caption: 'See' }, shown: { type: 'image', text: 'See' }, media: { mimetype: 'image/jpeg', providerId: '77', sha256: Buffer.alloc(32, 7).toString('base64') } },
    { type: 'video', content: { id: '78', mime_type: 'video/mp4' }, shown: { type: 'video', text: null }, media: { providerId: '78' } },
    { type: 'audio', content: { id: '79', mime_type: 'audio/ogg; codecs=opus', voice: true }, shown: { type: 'voice', text: null }, media: { mimetype: 'audio/ogg' } },
    { type: 'audio', content: { id: '80', mime_type: 'audio/mpeg' }, shown: { type: 'audio', text: null }, media: { providerId: '80' } },
    { type: 'document', content: { id: '81', mime_type: 'application/pdf', filename: 'bill.pdf' }, shown: { type: 'document', text: null }, media: { filename: 'bill.pdf' } },
    { type: 'sticker', content: { id: '82', mime_type: 'image/webp' }, shown: { type: 'sticker', text: null }, media: { providerId: '82' } },
    { type: 'location', content: { latitude: 52.5, longitude: 13.4, name: 'Berlin' }, shown: { type: 'location', text: 'Berlin\n52.5,13.4' }, media: null },
    { type: 'button', content: { text: 'Yes', payload: 'y' }, shown: { type: 'text', text: 'Yes' }, media: null },
    { type: 'interactive', content: { type: 'list_reply', list_reply: { id: 'a', title: 'Small' } }, shown: { type: 'text', text: 'Small' }, media: null },
    { type: 'unsupported', content: undefined, shown: { type: 'unknown', text: null }, media: null },
    { type: 'hologram', content: { depth: 3 }, shown: { type: 'unknown', text: null }, media: null },
  ])('may send $type: $shown.type', async ({ type, content, shown, media }) => {
    await world.meta.write(customer, shop.phoneNumber, { type, ...(content && { content }) });
    await arrives();
    expect(await messages()).toMatchObject([shown]);
    const [event] = await world.events(workspaceId, 'message.received');
    expect(event?.data['media']).toEqual(media === null ? null : expect.objectContaining(media));
  });

  it('may hide the number: the chat is with the business-scoped id', async () => {
    const { bsuid } = await world.meta.customer(customer, { hidesNumber: true });
    await world.meta.write(customer, shop.phoneNumber, { text: 'Hi' });
    await arrives();
    expect(await chats()).toMatchObject([{ peer: bsuid }]);
  });

  it('is heard once, however often and in whatever order Meta tells it', async () => {
    await world.meta.configure({ duplicates: 2, reorder: true, batchMs: 100 });
    for (const words of ['one', 'two', 'three']) await world.meta.write(customer, shop.phoneNumber, { text: words });
    await until(async () => ((await world.settle()), (await messages()).length === 3 || undefined), { what: 'three messages' });
    await world.meta.configure({ duplicates: 0, reorder: false, batchMs: 5 });
    await world.settle();
    expect(new Set((await messages()).map((message) => message.text))).toEqual(new Set(['one', 'two', 'three']));
    expect(await messages()).toHaveLength(3);
    expect(await chats()).toMatchObject([{ unreadCount: 3 }]);
    expect(await world.events(workspaceId, 'message.received')).toHaveLength(3);
  });
});

describe('A batch of Meta', () => {
  it('is taken whole: several entries, changes and messages, those twice in it once', async () => {
    const other = await world.meta.number(`+4932${1_000_000 + drawn}`);
    const { id: otherSession } = await connect(other);
    const payload = {
      object: 'whatsapp_business_account',
      entry: [
        { id: shop.businessAccountId, changes: [change({ messages: [text('wamid.a', 'a'), text('wamid.b', 'b')] }), change({ messages: [text('wamid.a', 'a')] })] },
        { id: other.businessAccountId, changes: [change({ messages: [text('wamid.c', 'c')] }, other)] },
        { id: shop.businessAccountId, changes: [change({ messages: [text('wamid.b', 'b'), text('wamid.d', 'd')] })] },
      ],
    };
    expect(await post(payload)).toMatchObject({ status: 200 });
    expect(await post(payload)).toMatchObject({ status: 200 });
    await world.settle();
    const received = await world.events(workspaceId, 'message.received');
    expect(received).toHaveLength(4);
    expect(new Map(received.map(({ data, sessionId }) => [data['text'], sessionId]))).toEqual(new Map([['a', session.id], ['b', session.id], ['c', otherSession], ['d', session.id]]));
    expect(new Map((await chats()).map((chat) => [chat.sessionId, chat.unreadCount]))).toEqual(new Map([[session.id, 3], [otherSession, 1]]));
  });

  it('is not held up by what nobody can read', async () => {
    const broken = [{ nonsense: true }, { id: 'wamid.x', timestamp: 'yesterday', type: 'text' }, { id: 'wamid.y', timestamp: '1780000000', type: 'text', text: 5, from: customer.slice(1) }];
    const answer = await post(batch(change({ messages: [...broken, text('wamid.good', 'good')], statuses: [{ id: 1 }] }), { field: 'flows', value: {} }));
    expect(answer).toMatchObject({ status: 200, body: { accepted: 2 } });
    await world.settle();
    expect(new Map((await messages()).map(({ type, text: words }) => [type, words]))).toEqual(new Map([['text', 'good'], ['unknown', null]]));
  });

  it('for a number of nobody is answered, and passed over', async () => {
    expect(await post(batch(change({ metadata: { phone_number_id: '5' }, messages: [text('wamid.n')] })))).toMatchObject({ status: 200, body: { accepted: 0 } });
    await world.sessions('DELETE', `/v1/sessions/${session.id}`, { workspaceId });
    expect(await post(batch(change({ messages: [text('wamid.m')] })))).toMatchObject({ status: 200, body: { accepted: 0 } });
    expect(await world.settle()).toBe(0);
  });

  it('that is large goes in portions', async () => {
    const many = Array.from({ length: 250 }, (_, i) => text(`wamid.${i}`, 'x'.repeat(1_000), 1_780_000_000 + i));
    expect(await post(batch(change({ messages: many })))).toMatchObject({ status: 200, body: { accepted: 250 } });
    expect(await world.settle()).toBeGreaterThan(2);
    expect(await chats()).toMatchObject([{ unreadCount: 250 }]);
  });
});

describe('What is not Meta’s', () => {
  it.each([
    { what: 'no signature', signature: undefined },
    { what: 'a signature of another secret', signature: sign('{}', 'other') },
    { what: 'a signature of another form', signature: 'sha1=abc' },
  ])('is refused with $what, and nothing is done', async ({ signature }) => {
    const body = JSON.stringify(batch(change({ messages: [text('wamid.forged')] })));
    const headers: Record<string, string> = signature === undefined ? {} : { 'X-Hub-Signature-256': signature };
    expect(await world.ingest('POST', '/v1/ingest/meta', { body, headers })).toMatchObject({ status: 401, body: { code: 'bad_signature' } });
    expect(await world.settle()).toBe(0);
  });

  it('is refused when a byte was changed on the way', async () => {
    const body = JSON.stringify(batch(change({ messages: [text('wamid.changed')] })));
    expect(await post(body.replace('Hello', 'Jello'), sign(body))).toMatchObject({ status: 401 });
  });

  it('is known by its very bytes, whatever characters and spaces they are', async () => {
    const body = JSON.stringify(batch(change({ messages: [text('wamid.bytes', 'Grüße 👋 \ud83d \uffff')] }))).replaceAll(',', ' ,');
    expect(await post(body)).toMatchObject({ status: 200, body: { accepted: 1 } });
    await world.settle();
    expect((await messages()).map((message) => message.text?.slice(0, 8))).toEqual(['Grüße 👋']);
  });

  it('is told what is wrong with it, once it is signed', async () => {
    expect(await post('{oops')).toMatchObject({ status: 400, body: { code: 'malformed_json' } });
    expect(await post({ entry: [] })).toMatchObject({ status: 422, body: { errors: [{ path: 'object' }] } });
  });

  it('gets no challenge back without our verify token', async () => {
    const ask = (token: string) => world.ingest('GET', `/v1/ingest/meta?hub.mode=subscribe&hub.verify_token=${token}&hub.challenge=1158201444`);
    expect(await ask(VERIFY_TOKEN)).toMatchObject({ status: 200, body: '1158201444', headers: { 'content-type': 'text/plain' } });
    expect(await ask('guess')).toMatchObject({ status: 403, body: { code: 'wrong_verify_token' } });
    expect(await world.meta.call('POST', '/webhooks/verify', {})).toEqual({ isVerified: true });
  });
});

describe('Batches that Meta’s webhooks make', () => {
  const record = (id: string, body: object, tries = '1'): SQSRecord =>
    ({ messageId: id, receiptHandle: id, body: JSON.stringify(body), attributes: { MessageGroupId: session.id, ApproximateReceiveCount: tries } }) as unknown as SQSRecord;
  const received = (words: string) => ({
    v: 1, workspaceId, sessionId: session.id, instanceId: 'meta', fencingToken: 0, numbered: 'on-arrival', sequence: `0000000000-${String(99 - words.length).padStart(10, '0')}`, // the later batch has the lesser key
    events: [{ type: 'message.received', at: '2026-06-01T12:00:00.000Z', observedAt: '2026-06-01T12:00:00.000Z', wireId: `wamid.${words}`, peer: customer, author: null, senderName: null, messageType: 'text', text: words, replyToWireId: null, media: null }],
  });

  it('count in the order in which they come, are told again under the same ids, and count nothing twice (I7)', async () => {
    const [first, second] = [received('a'), received('bb')];
    await world.consume([record('1', first), record('2', second)]);
    await world.consume([record('1', first, '2'), record('2', second, '2')]);
    expect(await chats()).toMatchObject([{ unreadCount: 2 }]);
    expect(await world.events(workspaceId, 'message.received')).toHaveLength(2);
  });
});
