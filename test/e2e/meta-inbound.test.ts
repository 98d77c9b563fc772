import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { callJson } from '../../local/client/http-json.ts';
import { MetaClient, type BusinessNumber } from '../../local/client/meta-client.ts';
import { until } from '../../local/client/until.ts';
import type { ChatView, MessageView } from '../../shared/contracts/api/messages.ts';
import type { SessionView } from '../../shared/contracts/api/sessions.ts';
import type { TemplateView } from '../../shared/contracts/api/templates.ts';
import { Stack } from './stack.ts';
import { WebhookReceiver } from './webhook-receiver.ts';

const TEST_MS = 120_000;
const CUSTOMER = '+4915300000042';

describe('A number at Meta, through HTTP alone', () => {
  let stack: Stack;
  let receiver: WebhookReceiver;
  let meta: MetaClient;
  let shop: BusinessNumber;
  let session: SessionView;

  beforeAll(async () => {
    stack = await Stack.start({ args: ['--instances', '0'], env: { BLAZZ_WEBHOOK_ALLOW_LOOPBACK: 'true' } });
    receiver = await WebhookReceiver.start();
    const hook = await stack.blazz.post<{ secret: string }>('/v1/webhooks', { url: receiver.url, events: ['*'] });
    receiver.secret = hook.secret;
    meta = new MetaClient(stack.local.meta ?? '');
    shop = await meta.number('+493012345678', { name: 'Shop' });
    const { phoneNumberId, businessAccountId, accessToken } = shop;
    session = await stack.blazz.createSession({ name: 'Shop', provider: 'meta', meta: { phoneNumberId, businessAccountId, accessToken } });
    await meta.customer(CUSTOMER, { name: 'Ada' });
  }, TEST_MS);

  afterAll(async () => {
    await stack?.close();
    await receiver?.close();
  }, TEST_MS);

  const received = (text: string) => receiver.ofType('message.received').filter(({ data }) => data['text'] === text);
  const chat = async (): Promise<ChatView | undefined> => (await stack.blazz.get<{ data: ChatView[] }>('/v1/chats')).data.find(({ peer }) => peer === CUSTOMER);
  const message = (id: string, text: string) => ({ from: CUSTOMER.slice(1), id, timestamp: '1780000000', type: 'text', text: { body: text } });
  const entry = (...messages: readonly object[]) => ({
    id: shop.businessAccountId,
    changes: [{ field: 'messages', value: { messaging_product: 'whatsapp', metadata: { phone_number_id: shop.phoneNumberId }, messages } }],
  });

  it('is connected at once, without any instance', () => {
    expect(session).toMatchObject({ provider: 'meta', status: 'connected', phoneNumber: '+493012345678', instance: null });
  });

  it('hears a customer: the message is in the chat, and goes out as webhook', async () => {
    await meta.write(CUSTOMER, shop.phoneNumber, { text: 'Is it open? 👋' });
    const [event] = await until(async () => received('Is it open? 👋').length > 0 && received('Is it open? 👋'), { what: 'the webhook' });
    expect(event).toMatchObject({ sessionId: session.id, data: { from: CUSTOMER, senderName: 'Ada' } });
    const found = await chat();
    expect(found).toMatchObject({ sessionId: session.id, unreadCount: 1 });
    const history = await stack.blazz.get<{ data: MessageView[] }>(`/v1/chats/${found?.id}/messages`);
    expect(history.data).toMatchObject([{ direction: 'inbound', text: 'Is it open? 👋', status: 'received' }]);
  });

  it('has a file that came in fetched: webhook, history and link give it', async () => {
    const bytes = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
    const form = new FormData();
    form.set('messaging_product', 'whatsapp');
    form.set('file', new Blob([bytes], { type: 'image/png' }), 'pixel.png');
    const { graph } = await meta.call<{ graph: string }>('GET', '/');
    const uploaded = await fetch(`${graph}/v24.0/${shop.phoneNumberId}/media`, { method: 'POST', headers: { authorization: `Bearer ${shop.accessToken}` }, body: form });
    const { id } = (await uploaded.json()) as { id: string };
    await meta.write(CUSTOMER, shop.phoneNumber, { type: 'image', content: { id, mime_type: 'image/png', caption: 'A pixel' } });
    const [event] = await until(async () => receiver.ofType('message.media').length > 0 && receiver.ofType('message.media'), { what: 'the file' });
    const media = event?.data['media'] as { url: string } | undefined;
    expect(media).toMatchObject({ status: 'stored', mimetype: 'image/png', bytes: bytes.length });
    expect(Buffer.from(await (await fetch(media?.url ?? '')).arrayBuffer())).toEqual(bytes);
    const [message] = (await stack.blazz.get<{ data: MessageView[] }>(`/v1/chats/${(await chat())?.id}/messages?limit=1`)).data;
    expect(message).toMatchObject({ text: 'A pixel', media: { status: 'stored' } });
  });

  it('refuses what Meta did not sign, and does nothing', async () => {
    const payload = { object: 'whatsapp_business_account', entry: [entry(message('wamid.forged', 'forged'))] };
    for (const headers of [{}, { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` }] as Record<string, string>[]) {
      expect(await callJson(`${stack.local.api}/v1/ingest/meta`, { method: 'POST', body: payload, headers })).toMatchObject({ status: 401, body: { code: 'bad_signature' } });
    }
    expect(await meta.webhook({ object: 'whatsapp_business_account', entry: [entry(message('wamid.last', 'signed'))] })).toBe(200);
    await until(async () => received('signed').length > 0, { what: 'what came after it' });
    expect(received('forged')).toEqual([]);
  });

  it('takes a batch of three entries with duplicates once, sent twice', async () => {
    const payload = {
      object: 'whatsapp_business_account',
      entry: [entry(message('wamid.1', 'first'), message('wamid.2', 'second')), entry(message('wamid.1', 'first')), entry(message('wamid.2', 'second'), message('wamid.3', 'third'))],
    };
    expect([await meta.webhook(payload), await meta.webhook(payload)]).toEqual([200, 200]);
    await until(async () => ['first', 'second', 'third'].every((text) => received(text).length > 0), { what: 'all three' });
    await meta.write(CUSTOMER, shop.phoneNumber, { text: 'end' });
    await until(async () => received('end').length > 0, { what: 'what came after them' });
    expect(['first', 'second', 'third'].map((text) => new Set(received(text).map(({ id }) => id)).size)).toEqual([1, 1, 1]);
    const history = await stack.blazz.all<MessageView>(`/v1/chats/${(await chat())?.id}/messages`);
    expect(history.filter(({ text }) => ['first', 'second', 'third'].includes(text ?? ''))).toHaveLength(3);
  });

  it('answers Meta’s handshake to who knows the verify token', async () => {
    expect(await meta.call('POST', '/webhooks/verify', {})).toEqual({ isVerified: true });
    const guess = await callJson(`${stack.local.api}/v1/ingest/meta?hub.mode=subscribe&hub.verify_token=guess&hub.challenge=1`);
    expect(guess).toMatchObject({ status: 403 });
  });

  it('has a template reviewed, and tells when it is', async () => {
    const body = { sessionId: session.id, name: 'order_ready', language: 'en', body: 'Hi {{name}}, it is ready.', examples: { name: 'Ada' } };
    const { id } = await stack.blazz.post<TemplateView>('/v1/templates', body);
    await until(async () => receiver.ofType('template.status').some(({ data }) => data['id'] === id && data['status'] === 'approved'), { what: 'the approval' });
    expect(await stack.blazz.get<TemplateView>(`/v1/templates/${id}`)).toMatchObject({ status: 'approved', variables: ['name'] });
  });

  it('is nobody else’s, and shows its token to nobody (I6)', async () => {
    expect(await stack.stranger.call('GET', `/v1/sessions/${session.id}`)).toMatchObject({ status: 404 });
    expect(JSON.stringify(await stack.blazz.get('/v1/sessions'))).not.toContain(shop.accessToken);
  });

  it('goes when it is deleted, and what comes for it then is passed over', async () => {
    expect(await stack.blazz.call('DELETE', `/v1/sessions/${session.id}`)).toMatchObject({ status: 202 });
    const payload = { object: 'whatsapp_business_account', entry: [entry(message('wamid.late', 'late'))] };
    expect(await meta.webhook(payload)).toBe(200);
    expect(await stack.blazz.call('GET', `/v1/sessions/${session.id}`)).toMatchObject({ status: 404 });
  });
});
