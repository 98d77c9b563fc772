import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { HttpHandler } from '../../../lambdas/http/http-api.ts';
import type { MessageView } from '../../../shared/contracts/api/messages.ts';
import { chatIdOf } from '../../../shared/identity/chat-identity.ts';
import { until } from '../../../local/client/until.ts';
import type { StoredMessage } from '../../../shared/domain/outbox/messages.ts';
import { callApi, type ApiCall } from '../../support/api-event.ts';
import { aReceivedMessage } from '../../support/builders/received-message.ts';
import { anId } from '../../support/builders/session.ts';
import { OWN_NUMBER, startApiWorld, type ApiWorld } from './api-world.ts';

const TO = '+4915112345678';
const TEXT = { to: TO, type: 'text', text: 'Hello' };

let world: ApiWorld;
let handler: HttpHandler;
let workspaceId: string;
const call = (method: string, target: string, more: ApiCall = {}) => callApi(handler, method, target, { workspaceId, ...more });
const send = (body: object, more: ApiCall = {}, query = '') => call('POST', `/v1/messages${query}`, { body, ...more });
const sent = async (body: object): Promise<MessageView> => (await send(body)).body;

beforeAll(async () => {
  world = await startApiWorld();
  ({ handler } = await import('../../../lambdas/api/messages/messages.handler.ts'));
});
afterAll(() => world.stop());
beforeEach(() => {
  workspaceId = anId('wsp');
});

describe('POST /v1/messages', () => {
  it('queues the message and shows it', async () => {
    const { id: sessionId } = await world.connectedSession(workspaceId);
    const { status, body } = await send(TEXT);
    expect(status).toBe(202);
    const times = { sentAt: null, deliveredAt: null, readAt: null, receivedAt: null };
    expect(body).toEqual({
      id: expect.stringMatching(/^msg_[0-9A-Z]{26}$/), sessionId, chatId: chatIdOf(workspaceId, sessionId, TO), direction: 'outbound',
      to: TO, from: OWN_NUMBER, type: 'text', text: 'Hello', media: null, status: 'queued', wireId: null, failure: null, priority: 'critical',
      dueAt: expect.stringMatching(/Z$/), queuedAt: expect.stringMatching(/Z$/), ...times,
      content: null, replyTo: null, isForwarded: false, mentions: [], editedAt: null, revokedAt: null, reactions: [], votes: [],
    });
    const { id } = body as MessageView;
    expect((await call('GET', `/v1/messages/${id}`)).body).toEqual(body);
    const due = await world.outbox.listDue({ sessionId, campaignId: null }, Date.now(), 10);
    expect(due).toMatchObject([{ id, peer: TO, content: { type: 'text', text: 'Hello' }, status: 'queued' }]);
  });

  it('wakes the sender, unless there is nothing to send yet', async () => {
    const { id: sessionId } = await world.connectedSession(workspaceId);
    await send({ ...TEXT, sendAt: new Date(Date.now() + 3_600_000).toISOString() });
    const nudges = () => world.instance.received.filter(({ path }) => path === `/sessions/${sessionId}/nudge`);
    expect(nudges()).toEqual([]);
    await send(TEXT);
    expect(nudges()).toMatchObject([{ body: '{"about":"outbox"}' }]);
  });

  it('makes one message of a request that comes twice with one key', async () => {
    const { id: sessionId } = await world.connectedSession(workspaceId);
    const headers = { 'Idempotency-Key': 'one' };
    const [first, again] = [await send(TEXT, { headers }), await send(TEXT, { headers })];
    expect(again.body).toEqual(first.body);
    expect(await world.outbox.listDue({ sessionId, campaignId: null }, Date.now(), 10)).toHaveLength(1);
    expect(await send({ ...TEXT, text: 'Another' }, { headers })).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
  });

  it.each([
    { written: '49 151 12345678', stored: TO },
    { written: '4915112345678@c.us', stored: TO },
    { written: '1234567890@lid', stored: '1234567890@lid' },
    { written: '4915112345678-1400000000@g.us', stored: '4915112345678-1400000000@g.us' },
  ])('reads `to` as $written', async ({ written, stored }) => {
    await world.connectedSession(workspaceId);
    expect(await sent({ ...TEXT, to: written })).toMatchObject({ to: stored });
  });

  it('sends from the number that last talked to the peer, else from the primary one', async () => {
    const primary = await world.connectedSession(workspaceId);
    const other = await world.connectedSession(workspaceId, { phoneNumber: '+4930999' });
    expect(await sent(TEXT)).toMatchObject({ sessionId: primary.id });
    await world.peers.remember(workspaceId, new Map([[TO, other.id]]));
    expect(await sent(TEXT)).toMatchObject({ sessionId: other.id, from: '+4930999' });
    expect(await sent({ ...TEXT, sessionId: primary.id })).toMatchObject({ sessionId: primary.id });
    await world.sessions.intend(workspaceId, other.id, { desired: 'logged_out' });
    expect(await sent(TEXT)).toMatchObject({ sessionId: primary.id });
  });

  it('refuses without a session, and from one that cannot send', async () => {
    expect(await send(TEXT)).toMatchObject({ status: 422, body: { code: 'no_session', errors: [{ path: 'sessionId' }] } });
    const { id: sessionId } = await world.connectedSession(workspaceId);
    await world.sessions.intend(workspaceId, sessionId, { desired: 'logged_out' });
    expect(await send({ ...TEXT, sessionId })).toMatchObject({ status: 409, body: { code: 'session_not_usable', detail: expect.stringContaining('Link it again') } });
    const foreign = await world.connectedSession(anId('wsp'));
    expect(await send({ ...TEXT, sessionId: foreign.id })).toMatchObject({ status: 404, body: { code: 'session_not_found' } });
  });

  it('queues for a session that is stopped or disconnected: its messages wait', async () => {
    const { id: sessionId } = await world.connectedSession(workspaceId, { status: 'disconnected', desired: 'stopped', instanceId: null });
    expect(await send({ ...TEXT, sessionId })).toMatchObject({ status: 202 });
  });

  it('holds a message back until its time', async () => {
    const { id: sessionId } = await world.connectedSession(workspaceId);
    const sendAt = new Date(Date.now() + 3_600_000);
    const { dueAt } = await sent({ ...TEXT, sendAt: sendAt.toISOString() });
    expect(dueAt).toBe(sendAt.toISOString());
    const due = (now: number) => world.outbox.listDue({ sessionId, campaignId: null }, now, 10);
    expect([(await due(Date.now())).length, (await due(sendAt.getTime())).length]).toEqual([0, 1]);
    const late = await sent({ ...TEXT, sendAt: '1999-01-01T00:00:00+02:00' });
    expect(late.dueAt).toBe(late.queuedAt);
  });

  it('waits for the message to leave when asked to', async () => {
    const { id: sessionId } = await world.connectedSession(workspaceId);
    const answer = send(TEXT, {}, '?wait=10');
    const message = await until(async () => (await world.outbox.listDue({ sessionId, campaignId: null }, Date.now(), 1))[0], { what: 'the message to be queued' });
    await world.outbox.claim({ sessionId, fencingToken: 1, messages: [message] });
    const batch = { sequence: '0000000001-0000000001', fencingToken: 1 };
    await world.messages.applyChanges(workspaceId, batch, [{ messageId: message.id, to: 'sent', at: Date.now(), wireId: '3EB0' }]);
    expect(await answer).toMatchObject({ status: 202, body: { id: message.id, status: 'sent', wireId: '3EB0' } });
  });

  it('takes replies and reactions to messages of the same chat', async () => {
    await world.connectedSession(workspaceId);
    const { id } = await sent(TEXT);
    expect(await send({ ...TEXT, replyTo: id })).toMatchObject({ status: 202 });
    expect(await send({ to: TO, type: 'reaction', reaction: { messageId: id, emoji: '👍' } })).toMatchObject({ status: 202, body: { type: 'reaction', text: null } });
    const elsewhere = { ...TEXT, to: '+4915100000000', replyTo: id };
    expect(await send(elsewhere)).toMatchObject({ status: 422, body: { errors: [{ path: 'replyTo' }] } });
  });

  it.each([
    { type: 'image', media: { url: 'https://example.com/a.png' }, text: 'A caption' },
    { type: 'document', media: { base64: 'AAAA', mimetype: 'application/pdf', filename: 'a.pdf' } },
    { type: 'location', location: { latitude: 52.5, longitude: 13.4 } },
    { type: 'contact', contact: { name: 'Ada', phoneNumber: '+491511234567' } },
    { type: 'poll', poll: { question: 'Which?', options: ['a', 'b'] } },
  ])('takes $type', async (content) => {
    const { id: sessionId } = await world.connectedSession(workspaceId);
    expect(await send({ to: TO, ...content })).toMatchObject({ status: 202, body: { type: content.type } });
    const [message] = await world.outbox.listDue({ sessionId, campaignId: null }, Date.now(), 1);
    expect(message?.content).toMatchObject(content);
  });
});

describe('What is done to a message', () => {
  const MINUTE_MS = 60_000;
  const BATCH = { sequence: '0000000001-0000000001', fencingToken: 1 };
  /** A message of ours that left so long ago. */
  async function sentAgo(ms: number, body: object = TEXT): Promise<MessageView> {
    const message = await sent(body);
    const [due] = await world.outbox.listDue({ sessionId: message.sessionId, campaignId: null }, Date.now(), 1);
    if (due) await world.outbox.claim({ sessionId: message.sessionId, fencingToken: 1, messages: [due] });
    await world.messages.applyChanges(workspaceId, BATCH, [{ messageId: message.id, to: 'sent', at: Date.now() - ms }]);
    return message;
  }
  const received = async (): Promise<StoredMessage> => {
    const { id: sessionId } = await world.connectedSession(workspaceId);
    const [message] = await world.messages.insertInbound(BATCH, [aReceivedMessage({ workspaceId, sessionId, peer: TO })]);
    return message as StoredMessage;
  };
  const dueOf = async (sessionId: string) => (await world.outbox.listDue({ sessionId, campaignId: null }, Date.now(), 10)).map(({ content, peer }) => ({ content, peer }));

  it('is a message of its own, into the chat of the other', async () => {
    await world.connectedSession(workspaceId);
    const { id, sessionId } = await sentAgo(MINUTE_MS);
    expect(await call('PATCH', `/v1/messages/${id}`, { body: { text: 'Better' } })).toMatchObject({ status: 202, body: { type: 'edit', text: 'Better', status: 'queued', content: { messageId: id } } });
    expect(await call('POST', `/v1/messages/${id}/reactions`, { body: { emoji: '👍' } })).toMatchObject({ status: 202, body: { type: 'reaction', content: { messageId: id, emoji: '👍' } } });
    expect(await call('DELETE', `/v1/messages/${id}`)).toMatchObject({ status: 202, body: { type: 'delete', to: TO } });
    const contents = [
      { type: 'edit', text: 'Better', edit: { messageId: id } },
      { type: 'reaction', reaction: { messageId: id, emoji: '👍' } },
      { type: 'delete', delete: { messageId: id } },
    ];
    expect(await dueOf(sessionId)).toEqual(contents.map((content) => ({ content, peer: TO })));
  });

  it('forwards what came in to somebody else, once for one Idempotency-Key', async () => {
    const { id, sessionId } = await received();
    const [to, headers] = ['+4915100000009', { 'Idempotency-Key': 'forward' }];
    const forward = () => call('POST', `/v1/messages/${id}/forward`, { body: { to }, headers });
    const first = await forward();
    expect(first).toMatchObject({ status: 202, body: { type: 'forward', to, isForwarded: true, content: { messageId: id } } });
    expect((await forward()).body).toEqual(first.body);
    expect(await dueOf(sessionId)).toEqual([{ content: { type: 'forward', forward: { messageId: id } }, peer: to }]);
  });

  it.each([
    { what: 'an edit after 15 minutes', ago: 16 * MINUTE_MS, method: 'PATCH', body: { text: 'Late' }, code: 'edit_window_closed' },
    { what: 'a deletion after 60 hours', ago: 61 * 60 * MINUTE_MS, method: 'DELETE', body: undefined, code: 'delete_window_closed' },
  ])('refuses $what', async ({ ago, method, body, code }) => {
    const { id: sessionId } = await world.connectedSession(workspaceId);
    const { id } = await sentAgo(ago);
    expect(await call(method, `/v1/messages/${id}`, { body })).toMatchObject({ status: 422, body: { code, errors: [{ path: 'id' }] } });
    expect(await dueOf(sessionId)).toEqual([]);
  });

  it('refuses to change what came in, what has no text, and what is deleted', async () => {
    const { id, sessionId } = await received();
    const refusal = { status: 422, body: { errors: [{ path: 'id' }] } };
    expect(await call('PATCH', `/v1/messages/${id}`, { body: { text: 'Mine now' } })).toMatchObject(refusal);
    expect(await call('DELETE', `/v1/messages/${id}`)).toMatchObject(refusal);
    const place = await sentAgo(MINUTE_MS, { to: TO, type: 'location', location: { latitude: 1, longitude: 2 } });
    expect(await call('PATCH', `/v1/messages/${place.id}`, { body: { text: 'There' } })).toMatchObject(refusal);
    await world.messages.annotate(workspaceId, BATCH, [{ messageId: id, deeds: [{ kind: 'revoke', author: TO, at: Date.now() }], mayComeLater: false }]);
    expect(await call('POST', `/v1/messages/${id}/reactions`, { body: { emoji: '👍' } })).toMatchObject(refusal);
    expect(await dueOf(sessionId)).toEqual([]);
  });

  it('waits for what leaves later (409)', async () => {
    await world.connectedSession(workspaceId);
    const { id } = await sent({ ...TEXT, sendAt: new Date(Date.now() + MINUTE_MS).toISOString() });
    expect(await call('PATCH', `/v1/messages/${id}`, { body: { text: 'Early' } })).toMatchObject({ status: 409, body: { code: 'message_not_sent' } });
  });

  it("cannot be done to another workspace's message (I6), nor through another session", async () => {
    await world.connectedSession(workspaceId);
    const { id } = await sentAgo(MINUTE_MS);
    const other = { workspaceId: anId('wsp') };
    await world.connectedSession(other.workspaceId);
    for (const [method, path, body] of [['PATCH', '', { text: 'x' }], ['DELETE', '', undefined], ['POST', '/forward', { to: TO }], ['POST', '/reactions', { emoji: '' }]] as const) {
      expect(await call(method, `/v1/messages/${id}${path}`, { body, ...other })).toMatchObject({ status: 404, body: { code: 'message_not_found' } });
    }
    const second = await world.connectedSession(workspaceId, { phoneNumber: '+4930999' });
    const forward = { sessionId: second.id, to: '+4915100000009', type: 'forward', forward: { messageId: id } };
    expect(await send(forward)).toMatchObject({ status: 422, body: { errors: [{ path: 'forward.messageId' }] } });
  });
});

describe('Bad input gets a 4xx naming the field, and leaves no trace (I8)', () => {
  const tooLarge = { type: 'image', media: { base64: 'A'.repeat(360_000), mimetype: 'image/png' } };
  const SESSION_OF_NOBODY = 'ses_01J00000000000000000000000';
  const MESSAGE_OF_NOBODY = 'msg_01J00000000000000000000000';

  it.each<{ what: string; body: unknown; status: number; path?: string; query?: string; headers?: Record<string, string> }>([
    { what: 'no JSON', body: '{"to":', status: 400 },
    { what: 'another content type', body: 'to=1', headers: { 'Content-Type': 'text/plain' }, status: 415 },
    { what: 'no object', body: [], status: 422, path: '' },
    { what: 'nothing', body: {}, status: 422, path: 'type' },
    { what: 'an unknown type', body: { ...TEXT, type: 'fax' }, status: 422, path: 'type' },
    { what: 'a type that is a number', body: { ...TEXT, type: 7 }, status: 422, path: 'type' },
    { what: 'no recipient', body: { type: 'text', text: 'x' }, status: 422, path: 'to' },
    { what: 'a recipient that is none', body: { ...TEXT, to: 'Ada' }, status: 422, path: 'to' },
    { what: 'a number too short', body: { ...TEXT, to: '+4912' }, status: 422, path: 'to' },
    { what: 'a recipient too long', body: { ...TEXT, to: '4'.repeat(100) }, status: 422, path: 'to' },
    { what: 'no text', body: { to: TO, type: 'text' }, status: 422, path: 'text' },
    { what: 'empty text', body: { ...TEXT, text: '' }, status: 422, path: 'text' },
    { what: 'text that is an object', body: { ...TEXT, text: { a: 1 } }, status: 422, path: 'text' },
    { what: 'text too long', body: { ...TEXT, text: 'x'.repeat(65_537) }, status: 422, path: 'text' },
    { what: 'text with half a character', body: '{"to":"+4915112345678","type":"text","text":"a\\ud83d"}', status: 422, path: 'text' },
    { what: 'an unknown field', body: { ...TEXT, colour: 'red' }, status: 422, path: 'colour' },
    { what: 'an image without media', body: { to: TO, type: 'image' }, status: 422, path: 'media' },
    { what: 'media of nowhere', body: { to: TO, type: 'image', media: {} }, status: 422, path: 'media' },
    { what: 'media of two kinds', body: { to: TO, type: 'image', media: { url: 'https://a.example', base64: 'AAAA', mimetype: 'image/png' } }, status: 422, path: 'media' },
    { what: 'media by file', body: { to: TO, type: 'image', media: { url: 'file:///etc/passwd' } }, status: 422, path: 'media.url' },
    { what: 'media of our own network', body: { to: TO, type: 'image', media: { url: 'http://169.254.169.254/x' } }, status: 422, path: 'media.url' },
    { what: 'media of the loopback in disguise', body: { to: TO, type: 'image', media: { url: 'http://[::ffff:127.0.0.1]/x' } }, status: 422, path: 'media.url' },
    { what: 'media of localhost', body: { to: TO, type: 'image', media: { url: 'http://localhost:8000/x' } }, status: 422, path: 'media.url' },
    { what: 'media that are not base64', body: { to: TO, type: 'image', media: { base64: '!', mimetype: 'image/png' } }, status: 422, path: 'media.base64' },
    { what: 'inline media without a type', body: { to: TO, type: 'image', media: { base64: 'AAAA' } }, status: 422, path: 'media.mimetype' },
    { what: 'inline media too large', body: { to: TO, ...tooLarge }, status: 413 },
    { what: 'a place off the globe', body: { to: TO, type: 'location', location: { latitude: 91, longitude: 0 } }, status: 422, path: 'location.latitude' },
    { what: 'a poll with one answer', body: { to: TO, type: 'poll', poll: { question: '?', options: ['a'] } }, status: 422, path: 'poll.options' },
    { what: 'a reaction to nothing', body: { to: TO, type: 'reaction', reaction: { emoji: 'x' } }, status: 422, path: 'reaction.messageId' },
    { what: 'a reaction to what is not there', body: { to: TO, type: 'reaction', reaction: { messageId: MESSAGE_OF_NOBODY, emoji: 'x' } }, status: 422, path: 'reaction.messageId' },
    { what: 'an edit of what is not there', body: { ...TEXT, type: 'edit', edit: { messageId: MESSAGE_OF_NOBODY } }, status: 422, path: 'edit.messageId' },
    { what: 'a deletion of what is no id', body: { to: TO, type: 'delete', delete: { messageId: '#' } }, status: 422, path: 'delete.messageId' },
    { what: 'a forward of nothing', body: { to: TO, type: 'forward', forward: {} }, status: 422, path: 'forward.messageId' },
    { what: 'a reply to what is not there', body: { ...TEXT, replyTo: MESSAGE_OF_NOBODY }, status: 422, path: 'replyTo' },
    { what: 'a reply to what is no id', body: { ...TEXT, replyTo: '#' }, status: 422, path: 'replyTo' },
    { what: 'a session id that is none', body: { ...TEXT, sessionId: 'x' }, status: 422, path: 'sessionId' },
    { what: 'a session that is not there', body: { ...TEXT, sessionId: SESSION_OF_NOBODY }, status: 404 },
    { what: 'a priority that is none', body: { ...TEXT, priority: 'urgent' }, status: 422, path: 'priority' },
    { what: 'a time that is none', body: { ...TEXT, sendAt: 'tomorrow' }, status: 422, path: 'sendAt' },
    { what: 'a time without a zone', body: { ...TEXT, sendAt: '2030-01-01T00:00:00' }, status: 422, path: 'sendAt' },
    { what: 'a time too far away', body: { ...TEXT, sendAt: '9999-01-01T00:00:00Z' }, status: 422, path: 'sendAt' },
    { what: 'a wait that is none', body: TEXT, query: '?wait=soon', status: 422, path: 'wait' },
    { what: 'a wait too long', body: TEXT, query: '?wait=26', status: 422, path: 'wait' },
    { what: 'an unknown parameter', body: TEXT, query: '?later=1', status: 422, path: 'later' },
  ])('POST /v1/messages with $what: $status $path', async ({ body, status, path, query = '', headers = {} }) => {
    await world.connectedSession(workspaceId);
    const before = await world.dynamo.scan('messages');
    const answer = await call('POST', `/v1/messages${query}`, { body, headers });
    expect(answer).toMatchObject({ status, headers: { 'content-type': 'application/problem+json' } });
    if (path !== undefined) expect(answer.body).toMatchObject({ errors: expect.arrayContaining([expect.objectContaining({ path })]) });
    expect(await world.dynamo.scan('messages')).toEqual(before);
  });

  it.each([
    { target: '/v1/messages/msg_01J00000000000000000000000', status: 404 },
    { target: '/v1/messages/nothing', status: 404 },
    { target: '/v1/messages/msg_01J00000000000000000000000?x=1', status: 422 },
    { target: '/v1/messages', status: 405 },
  ])('GET $target: $status', async ({ target, status }) => {
    expect(await call('GET', target)).toMatchObject({ status });
  });

  it.each<{ method: string; path: string; body?: unknown; status: number; field?: string }>([
    { method: 'PATCH', path: '', body: {}, status: 422, field: 'text' },
    { method: 'PATCH', path: '', body: { text: '' }, status: 422, field: 'text' },
    { method: 'PATCH', path: '', body: { text: 'x', status: 'read' }, status: 422, field: 'status' },
    { method: 'DELETE', path: '?force=1', status: 422, field: 'force' },
    { method: 'POST', path: '/reactions', body: {}, status: 422, field: 'emoji' },
    { method: 'POST', path: '/reactions', body: { emoji: 'x'.repeat(17) }, status: 422, field: 'emoji' },
    { method: 'POST', path: '/forward', body: { to: 'Ada' }, status: 422, field: 'to' },
    { method: 'GET', path: '/forward', status: 405 },
  ])('$method /v1/messages/{id}$path with $body: $status $field', async ({ method, path, body, status, field }) => {
    await world.connectedSession(workspaceId);
    const { id } = await sent(TEXT);
    const before = await world.dynamo.scan('messages');
    const answer = await call(method, `/v1/messages/${id}${path}`, { body });
    expect(answer).toMatchObject({ status });
    if (field !== undefined) expect(answer.body).toMatchObject({ errors: expect.arrayContaining([expect.objectContaining({ path: field })]) });
    expect(await world.dynamo.scan('messages')).toEqual(before);
  });

  it("shows nobody another workspace's message (I6)", async () => {
    await world.connectedSession(workspaceId);
    const { id } = await sent(TEXT);
    expect(await call('GET', `/v1/messages/${id}`, { workspaceId: anId('wsp') })).toMatchObject({ status: 404, body: { code: 'message_not_found' } });
    expect(await send(TEXT, { scopes: ['messages:read'] })).toMatchObject({ status: 403, body: { code: 'missing_scope' } });
  });
});
