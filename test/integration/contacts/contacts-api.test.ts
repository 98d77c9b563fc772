import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { HttpHandler } from '../../../lambdas/http/http-api.ts';
import type { QueueHandler } from '../../../lambdas/queue/queue-handler.ts';
import { dynamoContacts } from '../../../shared/adapters/dynamodb/dynamo-contacts.ts';
import type { CheckedNumberView, ContactImportView, ContactView } from '../../../shared/contracts/api/contacts.ts';
import type { MessageView } from '../../../shared/contracts/api/messages.ts';
import type { Contacts } from '../../../shared/domain/contacts/contacts.ts';
import { chatIdOf } from '../../../shared/identity/chat-identity.ts';
import { callApi, lambdaContext, type ApiCall } from '../../support/api-event.ts';
import { aContact } from '../../support/builders/contact.ts';
import { anId } from '../../support/builders/session.ts';
import { startQueues, type TestQueues } from '../../support/sqs.ts';
import { tableDigest } from '../../support/table-digest.ts';
import { startApiWorld, type ApiWorld } from '../messaging/api-world.ts';

const ADA = '+4915100000001';
const LID = '100200300@lid';
const BSUID = 'US.13491208655302741918';
const NOON = Date.UTC(2026, 5, 1, 12);

let world: ApiWorld;
let queues: TestQueues;
let importsUrl: string;
let contacts: Contacts;
let handlers: Record<'contacts' | 'chats' | 'messages', HttpHandler>;
let consumer: QueueHandler;
let workspaceId: string;

const call = (method: string, target: string, more: ApiCall = {}) => {
  const resource = target.split(/[/?]/)[2] as keyof typeof handlers;
  return callApi(handlers[resource], method, target, { workspaceId, ...more });
};
const create = async (body: object): Promise<ContactView> => (await call('POST', '/v1/contacts', { body })).body;
const get = async (id: string) => (await call('GET', `/v1/contacts/${id}`)).body as ContactView;
const receive = (peer: string, sessionId: string, sequence: number, at = NOON) =>
  world.chats.touch({ workspaceId, sessionId, peer, at, preview: 'Hi', unread: 1, sequence: `0000000001-${String(sequence).padStart(10, '0')}` });

beforeAll(async () => {
  [world, queues] = await Promise.all([startApiWorld(), startQueues()]);
  importsUrl = await queues.create('contact-imports');
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_SQS: queues.endpoint,
    CONTACT_IMPORTS_QUEUE_URL: importsUrl,
    WEBHOOK_DELIVERIES_QUEUE_URL: await queues.create('webhook-deliveries'),
    WEBSOCKET_PUSHES_QUEUE_URL: await queues.create('websocket-pushes'),
  });
  contacts = dynamoContacts(world.dynamo.doc, world.dynamo.tables.core);
  handlers = {
    contacts: (await import('../../../lambdas/api/contacts/contacts.handler.ts')).handler,
    chats: (await import('../../../lambdas/api/chats/chats.handler.ts')).handler,
    messages: (await import('../../../lambdas/api/messages/messages.handler.ts')).handler,
  };
  consumer = (await import('../../../lambdas/queues/contact-imports/contact-imports.handler.ts')).handler;
});
afterAll(() => Promise.all([world.stop(), queues.stop()]));
beforeEach(() => {
  workspaceId = anId('wsp');
  world.instanceAnswer.status = 202;
  world.instanceAnswer.body = {};
});

describe('Bad input gets a 4xx naming the field, and leaves no trace (I8)', () => {
  const NOBODY = 'con_01J00000000000000000000000';
  const CSV = { 'Content-Type': 'text/csv' };
  it.each<{ method?: string; target: string; body?: unknown; headers?: Record<string, string>; status: number; path?: string }>([
    { target: '/v1/contacts', body: {}, status: 422, path: 'phoneNumber' },
    { target: '/v1/contacts', body: { phoneNumber: '0151' }, status: 422, path: 'phoneNumber' },
    { target: '/v1/contacts', body: { phoneNumber: ADA, lid: 'x@lid' }, status: 422, path: 'lid' },
    { target: '/v1/contacts', body: { bsuid: '123' }, status: 422, path: 'bsuid' },
    { target: '/v1/contacts', body: { phoneNumber: ADA, name: ' ' }, status: 422, path: 'name' },
    { target: '/v1/contacts', body: { phoneNumber: ADA, name: '\uD800' }, status: 422, path: 'name' },
    { target: '/v1/contacts', body: { phoneNumber: ADA, attributes: { a: { b: 1 } } }, status: 422, path: 'attributes.a' },
    { target: '/v1/contacts', body: { phoneNumber: ADA, attributes: { '<': 1 } }, status: 422, path: 'attributes.<' },
    { target: '/v1/contacts', body: { phoneNumber: ADA, attributes: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`a${i}`, 1])) }, status: 422, path: 'attributes' },
    { target: '/v1/contacts', body: { phoneNumber: ADA, extra: 1 }, status: 422, path: 'extra' },
    { method: 'GET', target: '/v1/contacts?search=', status: 422, path: 'search' },
    { method: 'GET', target: '/v1/contacts?optedOut=perhaps', status: 422, path: 'optedOut' },
    { method: 'GET', target: '/v1/contacts?cursor=x', status: 422, path: 'cursor' },
    { method: 'GET', target: '/v1/contacts?search=a&cursor=x', status: 422, path: 'cursor' },
    { method: 'GET', target: '/v1/contacts/x', status: 404, path: 'id' },
    { method: 'GET', target: `/v1/contacts/${NOBODY}`, status: 404 },
    { method: 'PATCH', target: `/v1/contacts/${NOBODY}`, body: { name: 'x' }, status: 404 },
    { method: 'PATCH', target: `/v1/contacts/${NOBODY}`, body: {}, status: 422 },
    { method: 'DELETE', target: `/v1/contacts/${NOBODY}`, status: 404 },
    { method: 'PUT', target: '/v1/contacts', status: 405 },
    { target: '/v1/contacts/check', body: { numbers: [] }, status: 422, path: 'numbers' },
    { target: '/v1/contacts/check', body: { numbers: Array.from({ length: 51 }, () => ADA) }, status: 422, path: 'numbers' },
    { target: '/v1/contacts/check', body: { numbers: ['x'] }, status: 422, path: 'numbers.0' },
    { target: '/v1/contacts/import', body: { rows: [] }, status: 422, path: 'rows' },
    { target: '/v1/contacts/import', body: {}, status: 415 },
    { target: '/v1/contacts/import', body: 'name\nAda', headers: CSV, status: 422, path: 'phoneNumber' },
    { target: '/v1/contacts/import', body: 'phone\n', headers: CSV, status: 422, path: 'body' },
    { target: '/v1/contacts/import', body: 'x', headers: { 'Content-Type': 'application/pdf' }, status: 415 },
    { target: '/v1/contacts/import', body: `phone\n${'x'.repeat(6_300_000)}`, headers: CSV, status: 413 },
    { method: 'GET', target: '/v1/contacts/imports/imp_01J00000000000000000000000', status: 404 },
    { method: 'GET', target: '/v1/contacts/imports/x/errors', status: 404, path: 'id' },
    { method: 'GET', target: '/v1/chats?unread=maybe', status: 422, path: 'unread' },
    { method: 'GET', target: '/v1/chats?search=a&cursor=x', status: 422, path: 'cursor' },
  ])('$method $target: $status $path', async ({ method = 'POST', target, body, headers, status, path }) => {
    const before = await tableDigest(world.dynamo);
    const answer = await call(method, target, { ...(body !== undefined && { body }), ...(headers && { headers }) });
    expect(answer).toMatchObject({ status, headers: { 'content-type': 'application/problem+json' } });
    if (path !== undefined) expect(answer.body).toMatchObject({ errors: expect.arrayContaining([expect.objectContaining({ path })]) });
    expect(await tableDigest(world.dynamo)).toBe(before);
  });

  it("lets nobody see or touch another workspace's contact or import (I6)", async () => {
    const { id } = await create({ phoneNumber: ADA, name: 'Ada' });
    const other = { workspaceId: anId('wsp') };
    for (const [method, body] of [['GET', undefined], ['PATCH', { name: 'x' }], ['DELETE', undefined]] as const) {
      expect(await call(method, `/v1/contacts/${id}`, { ...other, ...(body && { body }) })).toMatchObject({ status: 404, body: { code: 'contact_not_found' } });
    }
    expect((await call('GET', '/v1/contacts?search=ada', other)).body).toEqual({ data: [], nextCursor: null });
    expect(await get(id)).toMatchObject({ name: 'Ada' });
  });

  it('asks for the scopes contacts:read and contacts:write', async () => {
    expect(await call('GET', '/v1/contacts', { scopes: ['contacts:write'] })).toMatchObject({ status: 403, body: { code: 'missing_scope' } });
    expect(await call('POST', '/v1/contacts', { scopes: ['contacts:read'], body: { phoneNumber: ADA } })).toMatchObject({ status: 403 });
  });
});

describe('contacts', () => {
  it('are created, read, changed and deleted', async () => {
    const { status, body } = await call('POST', '/v1/contacts', { body: { phoneNumber: '49 151 00000001', name: ' Ada ', attributes: { city: 'Ulm', vip: true } } });
    expect(status).toBe(201);
    const contact = body as ContactView;
    expect(contact).toEqual({
      id: expect.stringMatching(/^con_[0-9A-Z]{26}$/), workspaceId, name: 'Ada', phoneNumber: ADA, lid: null, bsuid: null,
      identities: [{ type: 'phone', value: ADA }, { type: 'wid', value: '4915100000001@c.us' }], attributes: { city: 'Ulm', vip: true },
      optedOut: false, optedOutAt: null, origin: 'api', createdAt: expect.stringMatching(/Z$/), updatedAt: expect.stringMatching(/Z$/),
    });
    expect(await get(contact.id)).toEqual({ ...contact, sessions: [] });
    const changed = await call('PATCH', `/v1/contacts/${contact.id}`, { body: { name: null, attributes: { city: null, n: 1 }, optedOut: true } });
    expect(changed).toMatchObject({ status: 200, body: { name: null, attributes: { vip: true, n: 1 }, optedOut: true, optedOutAt: expect.any(String) } });
    expect((await call('GET', '/v1/contacts?optedOut=true')).body).toMatchObject({ data: [{ id: contact.id }], nextCursor: null });
    expect(await call('DELETE', `/v1/contacts/${contact.id}`)).toMatchObject({ status: 204 });
    expect(await call('GET', `/v1/contacts/${contact.id}`)).toMatchObject({ status: 404, body: { code: 'contact_not_found' } });
  });

  it('are created once with one key, and refused when they are there', async () => {
    const body = { phoneNumber: ADA, name: 'Ada' };
    const headers = { 'Idempotency-Key': 'one' };
    const [first, again] = [await call('POST', '/v1/contacts', { body, headers }), await call('POST', '/v1/contacts', { body, headers })];
    expect(again.body).toEqual(first.body);
    expect(await call('POST', '/v1/contacts', { body })).toMatchObject({ status: 409, body: { code: 'contact_exists', errors: [{ path: 'phoneNumber' }] } });
  });

  it('that a chat made are taken over', async () => {
    const met = aContact(workspaceId, { identities: [ADA], name: '~ada~', isNameGiven: false }, 'chat');
    await contacts.change(workspaceId, { identities: [ADA] }, () => met);
    expect(await create({ phoneNumber: ADA, name: 'Ada' })).toMatchObject({ id: met.id, name: 'Ada', origin: 'api' });
  });

  it('show whom they talked to, under all their names', async () => {
    const [one, other] = [await world.connectedSession(workspaceId), await world.connectedSession(workspaceId)];
    const { id } = await create({ phoneNumber: ADA, lid: LID });
    await receive(ADA, one.id, 1);
    await receive(ADA, one.id, 2, NOON + 60_000);
    await receive(LID, other.id, 1, NOON + 1_000);
    const iso = (ms: number) => new Date(ms).toISOString();
    expect((await get(id)) as object).toMatchObject({
      sessions: [
        { sessionId: one.id, firstInteractionAt: iso(NOON), lastInteractionAt: iso(NOON + 60_000), messagesIn: 2, messagesOut: 0 },
        { sessionId: other.id, firstInteractionAt: iso(NOON + 1_000), lastInteractionAt: iso(NOON + 1_000), messagesIn: 1, messagesOut: 0 },
      ],
    });
  });

  it('become one when an identity of another is given, chats and opt-out included', async () => {
    const session = await world.connectedSession(workspaceId);
    await receive(LID, session.id, 1);
    await receive(ADA, session.id, 2, NOON + 5);
    const byNumber = await create({ phoneNumber: ADA, name: 'Ada' });
    const byLid = await create({ lid: LID, bsuid: BSUID, optedOut: true });
    const { body } = await call('PATCH', `/v1/contacts/${byNumber.id}`, { body: { lid: LID } });
    expect(body).toMatchObject({ phoneNumber: ADA, lid: LID, bsuid: BSUID, optedOut: true, name: 'Ada' });
    for (const id of [byNumber.id, byLid.id]) expect(await get(id)).toMatchObject({ id: byNumber.id, sessions: [{ messagesIn: 2 }] });
    expect((await call('GET', '/v1/contacts')).body).toMatchObject({ data: [{ id: byNumber.id }] });
    expect((await call('GET', '/v1/chats')).body).toMatchObject({ data: [{ peer: ADA, unreadCount: 2, contactId: byNumber.id, name: 'Ada' }] });
    const old = chatIdOf(workspaceId, session.id, LID);
    expect((await call('GET', `/v1/chats/${old}`)).body).toMatchObject({ id: chatIdOf(workspaceId, session.id, ADA) });
  });
});

describe('messages', () => {
  it('to any name of a person go to one chat', async () => {
    await world.connectedSession(workspaceId);
    await create({ phoneNumber: ADA, lid: LID, bsuid: BSUID });
    const chatIds: string[] = [];
    for (const to of [ADA, '4915100000001', '4915100000001@c.us', LID, BSUID]) {
      const { status, body } = await call('POST', '/v1/messages', { body: { to, type: 'text', text: 'Hi' } });
      expect([to, status]).toEqual([to, 202]);
      expect((body as MessageView).to).toBe(ADA);
      chatIds.push((body as MessageView).chatId);
    }
    expect(new Set(chatIds).size).toBe(1);
    const page = (await call('GET', `/v1/chats/${chatIds[0]}/messages`)).body as { data: unknown[] };
    expect(page.data).toHaveLength(5);
  });

  it('to a business-scoped user id nobody has a number for are refused on WhatsApp Web', async () => {
    await world.connectedSession(workspaceId);
    const before = await tableDigest(world.dynamo);
    expect(await call('POST', '/v1/messages', { body: { to: BSUID, type: 'text', text: 'Hi' } })).toMatchObject({ status: 422, body: { code: 'unsupported_by_provider', errors: [{ path: 'to' }] } });
    expect(await tableDigest(world.dynamo)).toBe(before);
  });

  it('to somebody who opted out leave only as a personal answer', async () => {
    await world.connectedSession(workspaceId);
    await create({ phoneNumber: ADA, optedOut: true });
    const send = (priority?: string) => call('POST', '/v1/messages', { body: { to: ADA, type: 'text', text: 'Hi', ...(priority && { priority }) } });
    for (const priority of ['high', 'default', 'low']) expect(await send(priority)).toMatchObject({ status: 409, body: { code: 'contact_opted_out' } });
    const answered = await send();
    expect(answered.status).toBe(202);
    const { chatId } = answered.body as MessageView;
    expect(await call('POST', `/v1/chats/${chatId}/messages`, { body: { type: 'text', text: 'Bye' } })).toMatchObject({ status: 202 });
  });
});

describe('chats', () => {
  it('are found by the name and number of whom they are with, page by page, of all their sessions', async () => {
    const sessions = [await world.connectedSession(workspaceId), await world.connectedSession(workspaceId)] as const;
    await create({ phoneNumber: ADA, name: 'Ada Lovelace' });
    await create({ phoneNumber: '+4915100000002', name: 'Adam' });
    await create({ phoneNumber: '+4915100000003', name: 'Bob' });
    for (const [i, peer] of [ADA, '+4915100000002', '+4915100000003'].entries()) for (const { id } of sessions) await receive(peer, id, i + 1, NOON + i);
    const search = async (query: string) => (await call('GET', `/v1/chats?${query}`)).body as { data: { id: string; name: string }[]; nextCursor: string | null };
    expect((await search('search=lovelace')).data.map(({ name }) => name)).toEqual(['Ada Lovelace', 'Ada Lovelace']);
    expect((await search('search=%2B49151')).data).toHaveLength(6);
    expect((await search(`search=ada&sessionId=${sessions[1].id}`)).data).toHaveLength(2);
    const found: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page = await search(`search=ada&limit=1${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
      expect(page.data.length).toBeLessThanOrEqual(1);
      found.push(...page.data.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    expect([found.length, new Set(found).size]).toEqual([4, 4]);
    await world.chats.markRead(workspaceId, found[0] ?? '');
    expect((await search('unread=true')).data).toHaveLength(5);
    expect((await search('search=ada&unread=true')).data).toHaveLength(3);
  });
});

describe('POST /v1/contacts/check', () => {
  const check = (numbers: readonly string[]) => call('POST', '/v1/contacts/check', { body: { numbers } });

  it('asks the instance of a connected number once, and knows the answers from then on', async () => {
    const session = await world.connectedSession(workspaceId);
    const { id } = await create({ phoneNumber: ADA });
    world.instanceAnswer.status = 200;
    world.instanceAnswer.body = { onWhatsApp: [true, false, null] };
    const numbers = [ADA, '+4915100000002', '+4915100000003'];
    const { status, body } = await check([...numbers, ADA]);
    expect(status).toBe(200);
    const rows = (body as { data: CheckedNumberView[] }).data;
    expect(rows.map(({ number, isOnWhatsApp, contactId }) => [number, isOnWhatsApp, contactId])).toEqual([[ADA, true, id], [numbers[1], false, undefined], [numbers[2], null, undefined]]);
    const asked = () => world.instance.received.filter(({ path }) => path.startsWith(`/sessions/${session.id}/checks?`)).map(({ body: text }) => JSON.parse(text));
    expect(asked()).toEqual([{ numbers }]);
    world.instanceAnswer.body = { onWhatsApp: [true] };
    expect((await check(numbers)).body).toMatchObject({ data: [{ isOnWhatsApp: true }, { isOnWhatsApp: false }, { isOnWhatsApp: true }] });
    expect(asked()).toHaveLength(2);
  });

  it('keeps to the budget of the day, 429 with the time until the next', async () => {
    await world.connectedSession(workspaceId, { pacing: { profile: 'cautious' } });
    world.instanceAnswer.status = 200;
    world.instanceAnswer.body = { onWhatsApp: Array.from({ length: 20 }, () => true) };
    const numbers = (from: number, count: number) => Array.from({ length: count }, (_, i) => `+4915100000${from + i}`);
    expect(await check(numbers(100, 20))).toMatchObject({ status: 200 });
    const refused = await check(numbers(200, 1));
    expect(refused).toMatchObject({ status: 429, body: { code: 'check_budget_spent' } });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(await check(numbers(100, 20))).toMatchObject({ status: 200 }); // known: costs nothing
  });

  it('spends nothing while no number is connected or reached', async () => {
    expect(await check([ADA])).toMatchObject({ status: 409, body: { code: 'no_connected_session' } });
    await world.connectedSession(workspaceId);
    world.instanceAnswer.status = 409;
    for (let again = 0; again < 3; again++) expect(await check(Array.from({ length: 40 }, (_, i) => `+4915100001${i + 10}`))).toMatchObject({ status: 409 });
  });
});

describe('POST /v1/contacts/import', () => {
  const CSV = { 'Content-Type': 'text/csv; charset=utf-8' };
  const upload = async (text: string, headers = {}): Promise<ContactImportView> => (await call('POST', '/v1/contacts/import', { body: text, headers: { ...CSV, ...headers } })).body;
  const view = async (id: string) => (await call('GET', `/v1/contacts/imports/${id}`)).body as ContactImportView;
  /** Gives the consumer what is on the queue, as often as told. */
  async function work(times = 1): Promise<void> {
    const Records = (await queues.drain(importsUrl)).flatMap((body, i) => Array.from({ length: times }, (_, n) => ({ messageId: `${i}-${n}`, body, attributes: { ApproximateReceiveCount: String(n + 1) } })));
    expect(await consumer({ Records } as never, lambdaContext())).toEqual({ batchItemFailures: [] });
  }
  const file = (count: number) => `phone,name,city\n${Array.from({ length: count }, (_, i) => `+49151${10_000_000 + i},Person ${i},Ulm`).join('\n')}`;

  it('takes rows into the contacts, and tells what became of them', async () => {
    await create({ phoneNumber: '+4915110000001', name: 'Known', attributes: { since: 'ever' } });
    const started = await upload(`${file(600)}\n+4915110000003,Again,Bonn\n0151,Bad,x`);
    expect(started).toMatchObject({ id: expect.stringMatching(/^imp_/), status: 'running', total: 602, processed: 1, failed: 1, errors: [{ row: 602, reason: expect.stringContaining('phoneNumber') }] });
    await work(2);
    expect(await view(started.id)).toMatchObject({ status: 'completed', total: 602, processed: 602, created: 599, updated: 1, duplicates: 1, failed: 1, completedAt: expect.any(String) });
    const found = async (number: string) => ((await call('GET', `/v1/contacts?search=${number}`)).body as { data: ContactView[] }).data;
    expect(await found('4915110000001')).toMatchObject([{ name: 'Person 1', origin: 'api', attributes: { since: 'ever', city: 'Ulm' } }]);
    expect(await found('4915110000003')).toMatchObject([{ name: 'Again', origin: 'import', attributes: { city: 'Bonn' } }]);
    expect((await call('GET', `/v1/contacts/imports/${started.id}/errors`)).body).toEqual({ data: started.errors, nextCursor: null });
  });

  it('comes to the same when a consumer dies in the middle and its share comes again', async () => {
    const { id } = await upload(file(30));
    const [job = ''] = await queues.drain(importsUrl);
    const Records = [{ messageId: '1', body: job, attributes: { ApproximateReceiveCount: '1' } }];
    const half = consumer({ Records } as never, lambdaContext());
    await pause(5); // somewhere in the middle; wherever it is, the second run starts from the same rows
    await Promise.all([half, consumer({ Records } as never, lambdaContext())]);
    expect(await view(id)).toMatchObject({ status: 'completed', created: 30, updated: 0, processed: 30 });
    expect(((await call('GET', '/v1/contacts?limit=100')).body as { data: unknown[] }).data).toHaveLength(30);
  });

  it('is begun once with one key', async () => {
    const first = await upload(file(3), { 'Idempotency-Key': 'file-1' });
    const again = await upload(file(3), { 'Idempotency-Key': 'file-1' });
    expect(again.id).toBe(first.id);
    await work();
    expect(await view(first.id)).toMatchObject({ status: 'completed', created: 3 });
  });

  it('opts out, and never in again what somebody has opted out themselves', async () => {
    await create({ phoneNumber: ADA, optedOut: true });
    const { id } = await upload(`phone,optedOut\n${ADA},false\n+4915100000002,yes`);
    await work();
    expect(await view(id)).toMatchObject({ status: 'completed' });
    expect((await call('GET', '/v1/contacts?optedOut=true')).body).toMatchObject({ data: [{}, {}] });
  });

  it('is completed at once when no row can be taken', async () => {
    expect(await upload('phone\n0151\n0152')).toMatchObject({ status: 'completed', total: 2, failed: 2, errors: [{ row: 1 }, { row: 2 }] });
  });
});
