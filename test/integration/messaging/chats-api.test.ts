import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { HttpHandler } from '../../../lambdas/http/http-api.ts';
import type { ChatView, MessageView } from '../../../shared/contracts/api/messages.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';
import { callApi, type ApiCall } from '../../support/api-event.ts';
import { aReceivedMessage } from '../../support/builders/received-message.ts';
import { anId } from '../../support/builders/session.ts';
import { OWN_NUMBER, startApiWorld, type ApiWorld } from './api-world.ts';

const PEER = '+4917012345678';
const NOON = Date.UTC(2026, 5, 1, 12);

let world: ApiWorld;
let handler: HttpHandler;
let workspaceId: string;
let session: Session;
let chatId: string;
const call = (method: string, target: string, more: ApiCall = {}) => callApi(handler, method, target, { workspaceId, ...more });
const post = (action: string, body?: unknown) => call('POST', `/v1/chats/${chatId}/${action}`, body === undefined ? {} : { body });
const commands = () => world.instance.received.filter(({ path }) => path.startsWith(`/sessions/${session.id}/commands?`)).map(({ body }) => JSON.parse(body) as unknown);

/** A message of the peer, as the event consumer notes it. */
async function receive(peer = PEER, at = NOON) {
  const message = aReceivedMessage({ workspaceId, sessionId: session.id, peer, receivedAt: at });
  const batch = { sequence: `0000000001-${String(at - NOON + 1).padStart(10, '0')}`, fencingToken: 1 };
  await world.messages.insertInbound(batch, [message]);
  await world.chats.touch({ workspaceId, sessionId: session.id, peer, at, preview: 'Hello', unread: 1, sequence: batch.sequence });
  return message;
}

beforeAll(async () => {
  world = await startApiWorld();
  ({ handler } = await import('../../../lambdas/api/chats/chats.handler.ts'));
});
afterAll(() => world.stop());
beforeEach(async () => {
  workspaceId = anId('wsp');
  session = await world.connectedSession(workspaceId);
  ({ chatId } = await receive());
});

describe('Chats', () => {
  it('are listed by last activity, of one session if asked', async () => {
    await receive('+4917000000001', NOON + 1);
    const first = (await call('GET', '/v1/chats?limit=1')).body as { data: ChatView[]; nextCursor: string };
    const second = (await call('GET', `/v1/chats?limit=1&cursor=${first.nextCursor}`)).body as typeof first;
    expect([...first.data, ...second.data].map(({ peer }) => peer)).toEqual(['+4917000000001', PEER]);
    expect(second.nextCursor).toBeNull();
    const instant = new Date(NOON).toISOString();
    expect(second.data[0]).toEqual({
      id: chatId, sessionId: session.id, peer: PEER, name: null, isGroup: false, unreadCount: 1, lastMessageAt: instant, lastMessagePreview: 'Hello',
    });
    const other = await world.connectedSession(workspaceId, { phoneNumber: '+4930999' });
    expect((await call('GET', `/v1/chats?sessionId=${other.id}`)).body).toEqual({ data: [], nextCursor: null });
  });

  it('show their messages, newest first', async () => {
    const answer = (await post('messages', { type: 'text', text: 'Hi' })).body as MessageView;
    const page = (await call('GET', `/v1/chats/${chatId}/messages`)).body as { data: MessageView[]; nextCursor: null };
    expect(page.data).toMatchObject([{ id: answer.id, direction: 'outbound', from: OWN_NUMBER, to: PEER }, { direction: 'inbound', from: PEER, to: OWN_NUMBER, status: 'received' }]);
    expect(page.nextCursor).toBeNull();
  });

  it('are answered from their own number', async () => {
    const other = await world.connectedSession(workspaceId, { phoneNumber: '+4930999' });
    await world.peers.remember(workspaceId, new Map([[PEER, other.id]]));
    expect(await post('messages', { type: 'text', text: 'Hi' })).toMatchObject({ status: 202, body: { sessionId: session.id, chatId, to: PEER, status: 'queued' } });
  });

  it('are not answered once their session is gone', async () => {
    await world.sessions.intend(workspaceId, session.id, { desired: 'deleted' });
    expect(await post('messages', { type: 'text', text: 'Hi' })).toMatchObject({ status: 409, body: { code: 'session_not_usable' } });
    expect((await call('GET', `/v1/chats/${chatId}/messages`)).body).toMatchObject({ data: [{ direction: 'inbound' }] });
  });

  it('are marked read here and on the phone', async () => {
    expect(await post('read')).toMatchObject({ status: 202, body: { id: chatId, unreadCount: 0 } });
    expect(commands()).toEqual([{ command: 'mark-read', peer: PEER }]);
    expect((await world.chats.get(workspaceId, chatId)).unreadCount).toBe(0);
  });

  it('show that someone types', async () => {
    expect(await post('typing')).toMatchObject({ status: 202, body: '' });
    expect(await post('typing', { isTyping: false })).toMatchObject({ status: 202 });
    expect(await post('typing', { state: 'recording' })).toMatchObject({ status: 202 });
    expect(await post('presence')).toMatchObject({ status: 202, body: '' });
    expect(commands()).toEqual([
      { command: 'typing', peer: PEER, isTyping: true },
      { command: 'typing', peer: PEER, isTyping: false },
      { command: 'typing', peer: PEER, isTyping: true, state: 'recording' },
      { command: 'watch-presence', peer: PEER },
    ]);
  });

  it.each(['read', 'typing', 'presence'])('take no %s while their number is not connected', async (action) => {
    await world.sessions.report(session.id, 1, { status: 'disconnected', at: new Date(NOON).toISOString() });
    expect(await post(action)).toMatchObject({ status: 409, body: { code: 'session_not_connected' } });
    expect((await world.chats.get(workspaceId, chatId)).unreadCount).toBe(1);
  });
});

describe('Bad input gets a 4xx naming the field, and leaves no trace (I8)', () => {
  const CHAT = 'cht_01J00000000000000000000000';
  it.each<{ method?: string; target: string; body?: unknown; status: number; path?: string }>([
    { method: 'GET', target: '/v1/chats?limit=0', status: 422, path: 'limit' },
    { method: 'GET', target: '/v1/chats?limit=many', status: 422, path: 'limit' },
    { method: 'GET', target: '/v1/chats?cursor=x', status: 422, path: 'cursor' },
    { method: 'GET', target: '/v1/chats?sessionId=x', status: 422, path: 'sessionId' },
    { method: 'GET', target: '/v1/chats?page=2', status: 422, path: 'page' },
    { method: 'PATCH', target: '/v1/chats', status: 405 },
    { method: 'GET', target: '/v1/chats/x/messages', status: 404, path: 'id' },
    { method: 'GET', target: `/v1/chats/${CHAT}/messages`, status: 404 },
    { method: 'GET', target: '/v1/chats/:chat/messages?cursor=x', status: 422, path: 'cursor' },
    { method: 'GET', target: '/v1/chats/:chat/messages?limit=201', status: 422, path: 'limit' },
    { target: `/v1/chats/${CHAT}/messages`, body: { type: 'text', text: 'x' }, status: 404 },
    { target: '/v1/chats/:chat/messages', body: { type: 'text' }, status: 422, path: 'text' },
    { target: '/v1/chats/:chat/messages', body: { type: 'text', text: 'x', to: '+4915112345678' }, status: 422, path: 'to' },
    { target: '/v1/chats/:chat/messages', body: { type: 'text', text: 'x', sessionId: 'ses_01J00000000000000000000000' }, status: 422, path: 'sessionId' },
    { target: '/v1/chats/:chat/messages', body: { type: 'text', text: 'x', replyTo: 'msg_01J00000000000000000000000' }, status: 422, path: 'replyTo' },
    { target: '/v1/chats/:chat/messages', body: { type: 'audio', media: { base64: 'A'.repeat(360_000), mimetype: 'audio/ogg' } }, status: 413 },
    { target: `/v1/chats/${CHAT}/read`, status: 404 },
    { target: '/v1/chats/:chat/read', body: { all: true }, status: 422, path: 'all' },
    { target: '/v1/chats/:chat/typing', body: { isTyping: 'yes' }, status: 422, path: 'isTyping' },
    { target: '/v1/chats/:chat/typing', body: { seconds: 1 }, status: 422, path: 'seconds' },
    { target: '/v1/chats/:chat/typing', body: { state: 'singing' }, status: 422, path: 'state' },
    { target: `/v1/chats/${CHAT}/typing`, status: 404 },
    { target: `/v1/chats/${CHAT}/presence`, status: 404 },
    { target: '/v1/chats/:chat/presence', body: { on: true }, status: 422, path: 'on' },
  ])('$method $target: $status $path', async ({ method = 'POST', target, body, status, path }) => {
    const before = await world.dynamo.scan('messages');
    const answer = await call(method, target.replace(':chat', chatId), { body });
    expect(answer).toMatchObject({ status, headers: { 'content-type': 'application/problem+json' } });
    if (path !== undefined) expect(answer.body).toMatchObject({ errors: expect.arrayContaining([expect.objectContaining({ path })]) });
    expect(await world.dynamo.scan('messages')).toEqual(before);
    expect(commands()).toEqual([]);
  });

  it("lets nobody see or touch another workspace's chat (I6)", async () => {
    const other = { workspaceId: anId('wsp') };
    for (const target of [`GET /v1/chats/${chatId}/messages`, `POST /v1/chats/${chatId}/read`, `POST /v1/chats/${chatId}/typing`, `POST /v1/chats/${chatId}/presence`]) {
      const [method = '', path = ''] = target.split(' ');
      expect(await call(method, path, other)).toMatchObject({ status: 404, body: { code: 'chat_not_found' } });
    }
    expect((await call('GET', '/v1/chats', other)).body).toEqual({ data: [], nextCursor: null });
    const { nextCursor } = (await receive('+4917000000001', NOON + 1).then(() => call('GET', '/v1/chats?limit=1'))).body as { nextCursor: string };
    expect(await call('GET', `/v1/chats?limit=1&cursor=${nextCursor}`, other)).toMatchObject({ status: 422, body: { code: 'invalid_cursor' } });
  });
});
