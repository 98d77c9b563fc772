import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { UploadView } from '../../shared/contracts/api/media.ts';
import type { ChatView, MessageView } from '../../shared/contracts/api/messages.ts';
import type { SendingPolicyView } from '../../shared/contracts/api/sending-policy.ts';
import type { SessionView } from '../../shared/contracts/api/sessions.ts';
import type { TemplateView } from '../../shared/contracts/api/templates.ts';
import { linkSession } from '../../local/client/link-session.ts';
import { MetaClient, type BusinessNumber } from '../../local/client/meta-client.ts';
import { until } from '../../local/client/until.ts';
import { createCampaign, sumOf, whenAtRest } from './campaign-story.ts';
import { Stack } from './stack.ts';

const START_MS = 180_000;
const TEST_MS = 60_000;
const ADA = '+4915300000001';
const BOB = '+4915300000002';
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

describe('Sending through a number at Meta, through HTTP alone', () => {
  let stack: Stack;
  let meta: MetaClient;
  let shop: BusinessNumber;
  let session: SessionView;

  beforeAll(async () => {
    stack = await Stack.start({ args: ['--instances', '1'] });
    meta = new MetaClient(stack.local.meta ?? '');
    shop = await meta.number('+4930222222');
    const { phoneNumberId, accessToken, businessAccountId } = shop;
    session = await stack.blazz.createSession({ provider: 'meta', meta: { phoneNumberId, accessToken, businessAccountId } });
    for (const person of [ADA, BOB]) await meta.customer(person);
    await writes(ADA);
  }, START_MS);
  afterAll(() => stack?.close(), START_MS);

  /** Opens the window, and waits until we know. */
  async function writes(person: string): Promise<ChatView> {
    await meta.write(person, shop.phoneNumber, { text: 'Hello' });
    return until(
      async () => (await stack.blazz.get<{ data: ChatView[] }>(`/v1/chats?sessionId=${session.id}`)).data.find(({ peer }) => peer === person),
      { what: `the chat with ${person}` },
    );
  }
  const send = (to: string, content: Readonly<Record<string, unknown>>, wait = 10) =>
    stack.blazz.post<MessageView>(`/v1/messages?wait=${wait}`, { sessionId: session.id, to, ...content });
  const whenIs = (id: string, status: MessageView['status']) =>
    until(
      async () => {
        const message = await stack.blazz.get<MessageView>(`/v1/messages/${id}`);
        return message.status === status && message;
      },
      { what: `message ${id} to be ${status}`, timeoutMs: 30_000 },
    );
  const atPhone = async (to: string, id: string) => (await meta.received(to)).find(({ callbackData }) => callbackData === id);

  it('sends every type it has, and follows a message until it is read', async () => {
    const text = await send(ADA, { type: 'text', text: 'Good morning' });
    const contents = [
      { type: 'image', media: { base64: PIXEL, mimetype: 'image/png' }, text: 'A pixel' },
      { type: 'document', media: { url: 'https://example.com/a.pdf', filename: 'a.pdf' } },
      { type: 'location', location: { latitude: 52.5, longitude: 13.4, name: 'Berlin' } },
      { type: 'contact', contact: { name: 'Bob Byte', phoneNumber: BOB } },
      { type: 'reaction', reaction: { messageId: text.id, emoji: '👍' } },
      { type: 'text', text: 'An answer', replyTo: text.id },
    ];
    const sent = await Promise.all(contents.map((content) => send(ADA, content)));
    const arrived = await Promise.all([text, ...sent].map(({ id }) => atPhone(ADA, id)));
    expect(arrived.map((message) => message?.type)).toEqual(['text', 'image', 'document', 'location', 'contacts', 'reaction', 'text']);
    expect(arrived.map((message) => message?.copies)).toEqual(arrived.map(() => 1));
    expect(arrived.at(-1)?.context).toBe(text.wireId);
    await whenIs(text.id, 'delivered');
    await meta.read(ADA);
    expect((await whenIs(text.id, 'read')).wireId).toBe(arrived[0]?.wamid);
  }, TEST_MS);

  it('sends a file that was uploaded to us: Meta gets a link that gives its bytes', async () => {
    const bytes = Buffer.from(PIXEL, 'base64');
    const { id, upload } = await stack.blazz.post<UploadView>('/v1/media', { mimetype: 'image/png', filename: 'pixel.png', bytes: bytes.length });
    expect((await fetch(upload.url, { method: upload.method, headers: upload.headers, body: bytes })).status).toBe(200);
    const message = await send(ADA, { type: 'image', media: { id }, text: 'Ours' });
    const { content } = (await atPhone(ADA, message.id)) as unknown as { content: { link: string } };
    const given = await fetch(content.link);
    expect(Buffer.from(await given.arrayBuffer())).toEqual(bytes);
  }, TEST_MS);

  it('sends an approved template with its variables to somebody who never wrote', async () => {
    const draft = { sessionId: session.id, name: 'order_ready', language: 'en', body: 'Hello {{name}}, your order is ready.', examples: { name: 'Ada' } };
    const made = await stack.blazz.post<TemplateView>('/v1/templates', draft);
    await until(async () => (await stack.blazz.get<TemplateView>(`/v1/templates/${made.id}`)).status === 'approved', { what: 'the template to be approved' });
    const template = { id: made.id, variables: { name: 'Bob' } };
    const { id } = await send(BOB, { type: 'template', template });
    expect(await atPhone(BOB, id)).toMatchObject({ type: 'template', text: 'Hello Bob, your order is ready.' });
    const refused = await stack.blazz.call('POST', '/v1/messages', { sessionId: session.id, to: BOB, type: 'template', template: { id: made.id } });
    expect(refused).toMatchObject({ status: 422, body: { code: 'template_variables', errors: [{ path: 'template.variables.name' }] } });
  }, TEST_MS);

  it('refuses what Meta does not have, and what it would not take, with the field named', async () => {
    const refusal = async (to: string, content: object) => {
      const { status, body } = await stack.blazz.call('POST', '/v1/messages', { sessionId: session.id, to, ...content });
      const { code, errors } = body as { code: string; errors: { path: string }[] };
      return [status, code, errors[0]?.path];
    };
    expect(await refusal(ADA, { type: 'poll', poll: { question: 'Tea?', options: ['yes', 'no'] } })).toEqual([422, 'unsupported_by_provider', 'type']);
    expect(await refusal('1203630@g.us', { type: 'text', text: 'all' })).toEqual([422, 'unsupported_by_provider', 'to']);
    expect(await refusal(ADA, { type: 'text', text: 'a'.repeat(5_000) })).toEqual([422, 'unsupported_by_provider', 'text']);
    const { id } = await writes(BOB);
    await meta.closeWindow(BOB);
    const late = await stack.blazz.post<MessageView>(`/v1/chats/${id}/messages?wait=10`, { type: 'text', text: 'too late' });
    expect(late).toMatchObject({ status: 'failed', failure: { code: 'window_closed' } });
  }, TEST_MS);

  it('I2: takes the webhook’s word when the answer was lost after Meta took the message: one copy, and delivered', async () => {
    await meta.fault(shop.phoneNumberId, { kind: 'lost_answer' });
    const { id } = await send(ADA, { type: 'text', text: 'once' }, 0);
    await whenIs(id, 'delivered');
    expect((await atPhone(ADA, id))?.copies).toBe(1);
  }, TEST_MS);

  it('waits when one person was written to too often', async () => {
    await meta.call('PATCH', '/config', { pairBurst: 1, pairSeconds: 3 });
    await writes(BOB);
    const [first, second] = [await send(BOB, { type: 'text', text: 'first' }, 0), await send(BOB, { type: 'text', text: 'second' }, 0)];
    await Promise.all([whenIs(first.id, 'delivered'), whenIs(second.id, 'delivered')]);
    expect((await meta.received(BOB)).map(({ text }) => text).slice(-2)).toEqual(['first', 'second']);
    await meta.call('PATCH', '/config', { pairBurst: 45, pairSeconds: 6 });
  }, TEST_MS);

  it('shows the other side that a chat was read and that somebody types', async () => {
    const { id } = await writes(ADA);
    expect((await stack.blazz.call('POST', `/v1/chats/${id}/read`)).status).toBe(202);
    expect((await stack.blazz.call('POST', `/v1/chats/${id}/typing`, { isTyping: true })).status).toBe(202);
  }, TEST_MS);

  it('I5: runs a campaign, trouble at Meta included, and the counts add up', async () => {
    const people = Array.from({ length: 60 }, (_, i) => `+49154000001${String(i).padStart(2, '0')}`);
    for (const person of people) {
      await meta.customer(person);
      await meta.change(person, { autoRead: true });
      await meta.write(person, shop.phoneNumber, { text: 'Hi' });
    }
    await meta.fault(shop.phoneNumberId, { kind: 'error', code: 131016 });
    await meta.fault(shop.phoneNumberId, { kind: 'lost_answer' });
    await meta.fault(shop.phoneNumberId, { kind: 'error', code: 131026 });
    const id = await createCampaign(stack, [session.id], people);
    await stack.blazz.post(`/v1/campaigns/${id}/start`);
    const { stats } = await whenAtRest(stack, id, ({ read }) => read === people.length - 1, TEST_MS);
    expect(stats).toMatchObject({ total: people.length, read: people.length - 1, failed: 1 });
    expect(sumOf(stats)).toBe(people.length);
    const copies = await Promise.all(people.map(async (person) => (await meta.received(person)).reduce((sum, each) => sum + each.copies, 0)));
    expect(copies.filter((count) => count > 1)).toEqual([]);
  }, TEST_MS);

  it('lets it stand in for a WhatsApp Web number that is down, and says for whom', async () => {
    await stack.phones.register(ADA);
    const web = await linkSession(stack.blazz, stack.phones, '+4915200000001', { pacing: { profile: 'unlimited' } });
    await writes(ADA);
    const policy = { primary: web.id, fallbacks: [session.id] };
    expect((await stack.blazz.call('PUT', '/v1/workspaces/current/sending-policy', policy)).status).toBe(200);
    const before = await stack.blazz.post<MessageView>('/v1/messages?wait=20', { sessionId: web.id, to: ADA, type: 'text', text: 'from the web' });
    expect(before.failure).toBeNull();
    await whenIs(before.id, 'read'); // now this number last talked to her

    const { body } = await stack.blazz.call('POST', '/v1/messages?wait=20', { to: ADA, type: 'text', text: 'still from the web' });
    expect(body).toMatchObject({ sessionId: web.id });
    await stack.blazz.post(`/v1/sessions/${web.id}/stop`);
    const { numbers } = await stack.blazz.get<SendingPolicyView>('/v1/workspaces/current/sending-policy');
    expect(numbers).toMatchObject([{ sessionId: web.id, isUp: false }, { sessionId: session.id, isUp: true, score: 1 }]);
    const moved = await stack.blazz.post<MessageView>('/v1/messages?wait=20', { to: ADA, type: 'text', text: 'from Meta' });
    expect(moved).toMatchObject({ sessionId: session.id, failoverFrom: web.id, failure: null });
    expect(await atPhone(ADA, moved.id)).toMatchObject({ text: 'from Meta', copies: 1 });
  }, TEST_MS);

  it('I6: takes no number of another workspace into a policy', async () => {
    const refused = await stack.stranger.call('PUT', '/v1/workspaces/current/sending-policy', { primary: session.id });
    expect(refused).toMatchObject({ status: 422, body: { code: 'unknown_session', errors: [{ path: 'primary' }] } });
  }, TEST_MS);
});
