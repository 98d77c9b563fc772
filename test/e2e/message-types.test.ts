import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ChatView, MessageView } from '../../shared/contracts/api/messages.ts';
import type { SessionView } from '../../shared/contracts/api/sessions.ts';
import type { PublicEvent } from '../../shared/contracts/public-event.ts';
import { linkSession } from '../../local/client/link-session.ts';
import { until } from '../../local/client/until.ts';
import { Stack } from './stack.ts';
import { WebhookReceiver } from './webhook-receiver.ts';
import { aFile } from '../support/builders/files.ts';

const run = promisify(execFile);
const START_MS = 180_000;
const TEST_MS = 60_000;
const SHOP = '+4915200000001';
const CARLA = '+4915320000001';
const DAVE = '+4915320000002';
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const file = (mimetype: string, filename?: string) => ({ base64: aFile(mimetype).toString('base64'), mimetype, ...(filename !== undefined && { filename }) });

interface PhoneEntry {
  readonly wireId: string;
  readonly type: string;
  readonly text: string;
  readonly copies: number;
  readonly edited?: true;
}

describe('Every type of message, through HTTP alone', () => {
  let stack: Stack;
  let receiver: WebhookReceiver;
  let session: SessionView;

  const send = (body: object, wait = '?wait=20') => stack.blazz.post<MessageView>(`/v1/messages${wait}`, { sessionId: session.id, to: CARLA, ...body });
  const message = (id: string) => stack.blazz.get<MessageView>(`/v1/messages/${id}`);
  const becomes = (id: string, what: string, is: (view: MessageView) => boolean) => until(async () => {
    const view = await message(id);
    return is(view) && view;
  }, { what });
  const onPhone = async (number: string, wireId: string | null, is: (entry: PhoneEntry) => boolean = () => true) =>
    until(async () => (await stack.phones.received(number) as readonly PhoneEntry[]).find((entry) => entry.wireId === wireId && is(entry)), { what: `${wireId} on the phone` });
  const told = (type: string, is: (event: PublicEvent) => boolean) => until(async () => receiver.ofType(type).find(is), { what: `the webhook ${type}` });
  const aboutIt = (id: string) => ({ data }: PublicEvent) => data['messageId'] === id;
  const received = async (body: object): Promise<MessageView> => {
    const wireId = await stack.phones.send(CARLA, { to: SHOP, ...body });
    const event = await told('message.received', ({ data }) => data['wireId'] === wireId);
    return message(String(event.data['id']));
  };
  const act = async (method: string, path: string, body?: object): Promise<MessageView> => {
    const answer = await stack.blazz.call(method, `/v1/messages/${path}`, body);
    expect(answer).toMatchObject({ status: 202 });
    return answer.body as MessageView;
  };

  beforeAll(async () => {
    stack = await Stack.start({ args: ['--instances', '1'], env: { BLAZZ_WEBHOOK_ALLOW_LOOPBACK: 'true' } });
    receiver = await WebhookReceiver.start();
    receiver.secret = (await stack.blazz.post<{ secret: string }>('/v1/webhooks', { url: receiver.url, events: ['*'] })).secret;
    await stack.phones.register(CARLA, 'Carla');
    await stack.phones.register(DAVE);
    session = await linkSession(stack.blazz, stack.phones, SHOP, { pacing: { profile: 'unlimited' } });
  }, START_MS);
  afterAll(async () => {
    await stack?.close();
    await receiver?.close();
  }, START_MS);

  it.each<{ type: string; body: object }>([
    { type: 'text', body: { text: 'Hello' } },
    { type: 'image', body: { media: { base64: PNG, mimetype: 'image/png' }, text: 'a picture' } },
    { type: 'video', body: { media: file('video/mp4') } },
    { type: 'audio', body: { media: file('audio/mpeg') } },
    { type: 'voice', body: { media: file('audio/ogg') } },
    { type: 'document', body: { media: file('application/pdf', 'a.pdf') } },
    { type: 'sticker', body: { media: { base64: PNG, mimetype: 'image/png' } } },
    { type: 'location', body: { location: { latitude: 41.9, longitude: 12.5, name: 'Rome' } } },
    { type: 'contact', body: { contact: { name: 'Dave', phoneNumber: DAVE } } },
    { type: 'poll', body: { poll: { question: 'When?', options: ['Mon', 'Tue'] } } },
  ])('sends $type, once (I2)', async ({ type, body }) => {
    const sent = await send({ type, ...body });
    expect(sent).toMatchObject({ type, failure: null, wireId: expect.any(String) });
    expect(await onPhone(CARLA, sent.wireId)).toMatchObject({ type, copies: 1 });
  }, TEST_MS);

  it.each<{ type: string; body: object; content?: object }>([
    { type: 'text', body: { text: 'Is it open?' } },
    { type: 'image', body: { text: 'look', media: { base64: PNG, mimetype: 'image/png' } } },
    { type: 'video', body: { media: file('video/mp4') } },
    { type: 'audio', body: { media: file('audio/mpeg') } },
    { type: 'voice', body: { media: file('audio/ogg') } },
    { type: 'document', body: { media: file('application/pdf', 'a.pdf') } },
    { type: 'sticker', body: { media: file('image/webp') } },
    { type: 'location', body: { location: { latitude: 1.5, longitude: 2.5, name: 'Café', address: 'Rome' } }, content: { location: { latitude: 1.5, longitude: 2.5, name: 'Café', address: 'Rome' } } },
    { type: 'contact', body: { contact: { name: 'Dave', number: DAVE } }, content: { contacts: [{ name: 'Dave', phoneNumbers: [DAVE] }] } },
    { type: 'poll', body: { poll: { name: 'When?', options: ['a', 'b'] } }, content: { poll: { question: 'When?', options: ['a', 'b'], multiple: false } } },
    { type: 'unknown', body: { type: 'other', rawType: 'hologram' }, content: { rawType: 'hologram' } },
  ])('takes $type in, and shows it in API and webhook alike', async ({ type, body, content = null }) => {
    const view = await received({ type, ...body });
    expect(view).toMatchObject({ direction: 'inbound', status: 'received', type, from: CARLA, content });
    const event = await told('message.received', ({ data }) => data['id'] === view.id);
    expect(event.data).toMatchObject({ type, content });
  }, TEST_MS);

  it('edits, and shows the new text everywhere', async () => {
    const { id, wireId } = await send({ type: 'text', text: 'We open at 8' });
    expect(await act('PATCH', `${id}?wait=20`, { text: 'We open at 9' })).toMatchObject({ type: 'edit', status: 'sent', content: { messageId: id } });
    expect(await onPhone(CARLA, wireId, ({ edited }) => edited === true)).toMatchObject({ text: 'We open at 9', copies: 1 });
    expect(await becomes(id, 'the edit', ({ editedAt }) => editedAt !== null)).toMatchObject({ text: 'We open at 9', wireId });
    expect((await told('message.edited', aboutIt(id))).data).toMatchObject({ text: 'We open at 9', author: null });
  }, TEST_MS);

  it('deletes for everyone', async () => {
    const { id, wireId } = await send({ type: 'text', text: 'A wrong price' });
    await act('DELETE', id);
    await onPhone(CARLA, wireId, ({ type }) => type === 'revoked');
    await becomes(id, 'the deletion', ({ revokedAt }) => revokedAt !== null);
    await told('message.revoked', aboutIt(id));
    expect(await stack.blazz.call('PATCH', `/v1/messages/${id}`, { text: 'A right price' })).toMatchObject({ status: 422 });
  }, TEST_MS);

  it('reacts, takes it back, and shows what others react', async () => {
    const inbound = await received({ text: 'Thanks!' });
    await act('POST', `${inbound.id}/reactions`, { emoji: '🎉' });
    expect(await becomes(inbound.id, 'our reaction', ({ reactions }) => reactions.length === 1)).toMatchObject({ reactions: [{ author: null, emoji: '🎉' }] });
    await act('POST', `${inbound.id}/reactions`, { emoji: '' });
    await becomes(inbound.id, 'no reaction', ({ reactions }) => reactions.length === 0);
    const sent = await send({ type: 'text', text: 'Welcome' });
    await stack.phones.send(CARLA, { to: SHOP, type: 'reaction', text: '❤️', target: sent.wireId });
    expect((await told('message.reaction', aboutIt(sent.id))).data).toMatchObject({ author: CARLA, emoji: '❤️' });
    expect(await message(sent.id)).toMatchObject({ reactions: [{ author: CARLA, emoji: '❤️' }] });
  }, TEST_MS);

  it('forwards what came in to somebody else', async () => {
    const inbound = await received({ type: 'document', text: 'my order', media: file('application/pdf', 'order.pdf') });
    const forward = await act('POST', `${inbound.id}/forward?wait=20`, { to: DAVE });
    expect(forward).toMatchObject({ type: 'forward', to: DAVE, isForwarded: true, failure: null });
    expect(await onPhone(DAVE, forward.wireId)).toMatchObject({ type: 'document', text: 'my order', copies: 1, isForwarded: true });
  }, TEST_MS);

  it('replies, and knows what a reply of others is about', async () => {
    const question = await send({ type: 'text', text: 'Blue or green?' });
    const answer = await received({ text: 'Blue', replyTo: question.wireId });
    expect(answer).toMatchObject({ replyTo: question.id });
    const thanks = await send({ type: 'text', text: 'Blue it is', replyTo: answer.id });
    expect(thanks).toMatchObject({ replyTo: answer.id });
    expect(await onPhone(CARLA, thanks.wireId)).toMatchObject({ replyTo: answer.wireId });
  }, TEST_MS);

  it('shows votes, edits and deletions of others', async () => {
    const poll = await send({ type: 'poll', poll: { question: 'Which?', options: ['a', 'b'] } });
    await stack.phones.send(CARLA, { to: SHOP, type: 'poll_vote', options: ['b'], target: poll.wireId });
    expect((await told('message.vote', aboutIt(poll.id))).data).toMatchObject({ author: CARLA, options: ['b'] });
    expect(await message(poll.id)).toMatchObject({ votes: [{ author: CARLA, options: ['b'] }] });
    const inbound = await received({ text: 'tpyo' });
    await stack.phones.send(CARLA, { to: SHOP, type: 'edit', text: 'typo', target: inbound.wireId });
    await told('message.edited', aboutIt(inbound.id));
    await stack.phones.send(CARLA, { to: SHOP, type: 'revoke', target: inbound.wireId });
    await told('message.revoked', aboutIt(inbound.id));
    expect(await message(inbound.id)).toMatchObject({ text: 'typo', editedAt: expect.any(String), revokedAt: expect.any(String) });
  }, TEST_MS);

  it('shows typing and presence, both ways', async () => {
    const { data } = await stack.blazz.get<{ data: ChatView[] }>('/v1/chats');
    const chat = data.find(({ peer }) => peer === CARLA) as ChatView;
    await stack.blazz.post(`/v1/chats/${chat.id}/typing`, { state: 'recording' });
    await until(async () => (await stack.phones.sees(CARLA)).some(({ from, state }) => from === SHOP && state === 'recording'), { what: 'the recording' });
    await stack.phones.type(CARLA, SHOP, 'typing');
    expect(await told('chat.typing', ({ data: { state } }) => state === 'typing')).toMatchObject({ chatId: chat.id, data: { peer: CARLA } });
    await stack.blazz.post(`/v1/chats/${chat.id}/presence`);
    expect(await told('contact.presence', () => true)).toMatchObject({ chatId: chat.id, data: { peer: CARLA, isOnline: true } });
    await stack.phones.set(CARLA, { online: false });
    await told('contact.presence', ({ data: { isOnline } }) => isOnline === false);
    await stack.phones.set(CARLA, { online: true });
  }, TEST_MS);

  it('runs every line of docs/messages.md', async () => {
    const text = await readFile(join(import.meta.dirname, '../../docs/messages.md'), 'utf8');
    const blocks = [...text.matchAll(/```sh\n(.*?)```/gs)].map(([, code = '']) => code);
    expect(blocks).toHaveLength(4);
    const { api, apiKey, whatsapp } = stack.local;
    const variables = { api, phones: whatsapp ?? '', ses: session.id, auth: `Authorization: Bearer ${apiKey}`, json: 'Content-Type: application/json' };
    const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', blocks.join('\n')], { env: { ...process.env, ...variables } });
    const answers = [...stdout.matchAll(/"status":"(\w+)"/g)].map(([, status]) => status);
    expect(answers.length).toBeGreaterThan(15);
    expect(answers.filter((status) => status === 'queued' || status === 'failed')).toEqual([]);
  }, TEST_MS);
});
