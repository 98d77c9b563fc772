import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MessageView } from '../../shared/contracts/api/messages.ts';
import type { SessionView } from '../../shared/contracts/api/sessions.ts';
import { connected, linkSession } from '../../local/client/link-session.ts';
import { until } from '../../local/client/until.ts';
import { Stack } from './stack.ts';

const TEST_MS = 120_000;
const CUSTOMER = '+4915340000000';
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

describe('The life of a session, through HTTP alone', () => {
  let stack: Stack;

  beforeAll(async () => {
    stack = await Stack.start();
    await stack.phones.register(CUSTOMER);
  }, TEST_MS);

  afterAll(() => stack?.close(), TEST_MS);

  const whenStatus = (id: string, status: string): Promise<SessionView> =>
    until(async () => {
      const session = await stack.blazz.session(id);
      return session.status === status && session;
    }, { what: `${id} to be ${status}`, timeoutMs: 60_000 });

  const send = (sessionId: string, content: Readonly<Record<string, unknown>>): Promise<MessageView> =>
    stack.blazz.post('/v1/messages?wait=15', { sessionId, to: CUSTOMER, ...content });

  it('stops, starts and reconnects without a new QR (I4)', async () => {
    const { id } = await linkSession(stack.blazz, stack.phones, '+4915240000001', { pacing: { profile: 'unlimited' } });
    await stack.blazz.post(`/v1/sessions/${id}/stop`);
    const stopped = await whenStatus(id, 'disconnected');
    expect(stopped).toMatchObject({ desired: 'stopped', disconnectReason: 'user_initiated' });
    const { id: waiting } = await stack.blazz.post<MessageView>('/v1/messages', { sessionId: id, to: CUSTOMER, type: 'text', text: 'Later' });
    await stack.blazz.post(`/v1/sessions/${id}/start`);
    await connected(stack.blazz, id);
    await until(async () => (await stack.blazz.get<MessageView>(`/v1/messages/${waiting}`)).status === 'read', { what: 'the waiting message' });
    await stack.blazz.post(`/v1/sessions/${id}/reconnect`);
    await until(async () => {
      const { lastConnectedAt } = await stack.blazz.session(id);
      return (lastConnectedAt ?? '') > (stopped.lastConnectedAt ?? '');
    }, { what: 'a new connection' });
    await connected(stack.blazz, id);
    expect((await stack.blazz.call('GET', `/v1/sessions/${id}/qr`)).body).toMatchObject({ status: 409, code: 'no_qr' });
  }, TEST_MS);

  it('links by pairing code', async () => {
    const phoneNumber = '+4915240000002';
    await stack.phones.register(phoneNumber);
    const { id } = await stack.blazz.createSession({ phoneNumber });
    const { code } = await stack.blazz.post<{ code: string }>(`/v1/sessions/${id}/pairing-code`, { phoneNumber });
    await stack.phones.enterPairingCode(phoneNumber, code);
    expect(await connected(stack.blazz, id)).toMatchObject({ phoneNumber });
  }, TEST_MS);

  it('shows its QR as text, PNG and SVG, and a new one when the old has expired', async () => {
    await stack.phones.configure({ qrTtlMs: 2_000 });
    const { id } = await stack.blazz.createSession({ name: 'never scanned' });
    const first = await until(() => stack.blazz.qr(id), { what: 'a QR' });
    const png = await stack.blazz.call('GET', `/v1/sessions/${id}/qr`, undefined, { accept: 'image/png' });
    const svg = await stack.blazz.call('GET', `/v1/sessions/${id}/qr`, undefined, { accept: 'image/svg+xml' });
    expect([png, svg].map(({ headers }) => headers.get('content-type'))).toEqual(['image/png', 'image/svg+xml']);
    const next = await until(async () => {
      const now = await stack.blazz.qr(id);
      return now && now.qr !== first.qr && now;
    }, { what: 'the next QR', timeoutMs: 30_000 });
    expect(next.attempt).toBeGreaterThan(first.attempt);
    await stack.phones.configure({ qrTtlMs: 20_000 });
    await stack.blazz.call('DELETE', `/v1/sessions/${id}`);
  }, TEST_MS);

  it('goes when it is deleted, through the old paths too', async () => {
    const created = await stack.blazz.post<{ id: string }>('/api/whatsapp/sessions/create', { name: 'old ways' });
    const status = await stack.blazz.call('GET', `/api/whatsapp/sessions/${created.id}/status`);
    expect(status.body).toMatchObject({ status: expect.any(String), health: expect.any(Object) });
    expect((await stack.blazz.call('DELETE', `/api/whatsapp/sessions/${created.id}`)).status).toBe(202);
    await until(async () => (await stack.blazz.call('GET', `/v1/sessions/${created.id}`)).status === 404, { what: 'the session to be gone' });
  }, TEST_MS);

  it('says so when the phone unlinks it, and links again by QR', async () => {
    const number = '+4915240000003';
    const { id } = await linkSession(stack.blazz, stack.phones, number);
    await stack.phones.unlink(number);
    await whenStatus(id, 'logged_out');
    await stack.blazz.post(`/v1/sessions/${id}/start`);
    const { qr } = await until(() => stack.blazz.qr(id), { what: 'a new QR', timeoutMs: 60_000 });
    await stack.phones.scan(number, qr);
    await connected(stack.blazz, id);
  }, TEST_MS);

  it('shows a new QR of a connected number after unlinking the old device', async () => {
    const number = '+4915240000004';
    const { id } = await linkSession(stack.blazz, stack.phones, number);
    const [old] = await stack.phones.linkedDevices(number);
    await stack.blazz.post(`/v1/sessions/${id}/regenerate-qr`);
    const { qr } = await until(() => stack.blazz.qr(id), { what: 'the new QR', timeoutMs: 60_000 });
    expect(await stack.phones.linkedDevices(number)).toEqual([]);
    await stack.phones.scan(number, qr);
    await connected(stack.blazz, id);
    const devices = await stack.phones.linkedDevices(number);
    expect(devices).toHaveLength(1);
    expect(devices[0]?.deviceId).not.toBe(old?.deviceId);
  }, TEST_MS);

  it('is retired when its number is linked again: unlinked, gone, its queue failed with the reason (I1)', async () => {
    const number = '+4915240000005';
    const older = await linkSession(stack.blazz, stack.phones, number);
    const sendAt = new Date(Date.now() + 3_600_000).toISOString();
    const waiting = await stack.blazz.post<MessageView>('/v1/messages', { sessionId: older.id, to: CUSTOMER, type: 'text', text: 'Later', sendAt });
    const newer = await linkSession(stack.blazz, stack.phones, number);
    await until(async () => (await stack.blazz.call('GET', `/v1/sessions/${older.id}`)).status === 404, { what: 'the older one to go', timeoutMs: 60_000 });
    const failed = await until(async () => {
      const message = await stack.blazz.get<MessageView>(`/v1/messages/${waiting.id}`);
      return message.status === 'failed' && message;
    }, { what: 'its message to fail' });
    expect(failed.failure).toMatchObject({ code: 'session_deleted' });
    expect(await stack.blazz.session(newer.id)).toMatchObject({ status: 'connected', phoneNumber: number });
    expect(await stack.phones.linkedDevices(number)).toMatchObject([{ connected: true }]);
  }, TEST_MS);

  it('is deleted while it shows a QR, twice at once and again', async () => {
    const { id } = await stack.blazz.createSession({ name: 'short-lived' });
    await until(() => stack.blazz.qr(id), { what: 'a QR', timeoutMs: 60_000 });
    const answers = await Promise.all([1, 2].map(() => stack.blazz.call('DELETE', `/v1/sessions/${id}`)));
    const answered = answers.map(({ status }) => status);
    expect([[202, 202], [202, 404], [404, 202]]).toContainEqual(answered); // 404: it was gone by then
    expect([404, 409]).toContain((await stack.blazz.call('POST', `/v1/sessions/${id}/start`)).status);
    await until(async () => (await stack.blazz.call('DELETE', `/v1/sessions/${id}`)).status === 404, { what: 'the session to be gone', timeoutMs: 60_000 });
  }, TEST_MS);

  it.each(['classic', 'minified-key', 'media-id'])('sends text and files on the page build %s', async (build) => {
    await stack.phones.configure({ build });
    const number = `+491524000010${['classic', 'minified-key', 'media-id'].indexOf(build)}`;
    const { id } = await linkSession(stack.blazz, stack.phones, number, { pacing: { profile: 'unlimited' } });
    const text = await send(id, { type: 'text', text: `Text on ${build}` });
    const image = await send(id, { type: 'image', media: { base64: PIXEL, mimetype: 'image/png', filename: 'dot.png' } });
    for (const message of [text, image]) expect(['sent', 'delivered', 'read']).toContain(message.status);
    const received = (await stack.phones.received(CUSTOMER)).filter(({ wireId }) => [text.wireId, image.wireId].includes(wireId));
    expect(received.map(({ type, copies }) => [type, copies])).toEqual([['text', 1], ['image', 1]]);
    await stack.phones.write(CUSTOMER, number, `Answer on ${build}`);
    const chats = await until(async () => {
      const { data } = await stack.blazz.get<{ data: { lastMessagePreview: string | null }[] }>(`/v1/chats?sessionId=${id}`);
      return data.some(({ lastMessagePreview }) => lastMessagePreview === `Answer on ${build}`) && data;
    }, { what: 'the answer' });
    expect(chats).toHaveLength(1);
  }, TEST_MS);
});
