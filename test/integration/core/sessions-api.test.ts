import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { dynamoSessions } from '../../../shared/adapters/dynamodb/dynamo-sessions.ts';
import type { SessionView } from '../../../shared/contracts/api/sessions.ts';
import { UNKNOWN_HEALTH } from '../../../shared/domain/sessions/session-health.ts';
import type { HttpHandler } from '../../../lambdas/http/http-api.ts';
import { callApi, type ApiCall } from '../../support/api-event.ts';
import { aSession, anId } from '../../support/builders/session.ts';
import { awsEnvironment, startDynamo, type TestDynamo } from '../../support/dynamodb.ts';

let dynamo: TestDynamo;
let handler: HttpHandler;
let workspaceId: string;
const call = (method: string, target: string, more: ApiCall = {}) => callApi(handler, method, target, { workspaceId, ...more });
const create = async (body: object = {}): Promise<SessionView> => (await call('POST', '/v1/sessions', { body })).body;

beforeAll(async () => {
  dynamo = await startDynamo();
  Object.assign(process.env, awsEnvironment(dynamo.endpoint), {
    CORE_TABLE: dynamo.tables.core,
    REGISTRY_TABLE: dynamo.tables.registry,
    NUDGE_SECRET_ARN: 'arn:nudge',
    CREDENTIALS_KEY_ARN: 'arn:key',
  });
  ({ handler } = await import('../../../lambdas/api/sessions/sessions.handler.ts'));
});
afterAll(() => dynamo.stop());
beforeEach(() => {
  workspaceId = anId('wsp');
});

describe('Without an instance', () => {
  it('creates a session that waits for one, and says so', async () => {
    const { status, body } = await call('POST', '/v1/sessions', { body: { name: 'Shop' } });
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(/^ses_[0-9A-Z]{26}$/), workspaceId, name: 'Shop', provider: 'webjs', status: 'starting', desired: 'running',
      phoneNumber: null, isPrimary: true, meta: null, instance: null, previousInstanceId: null, migrationCount: 0, lastMigrationAt: null,
      disconnectedAt: null, disconnectReason: null, disconnectDetails: null, storage: null,
      health: { ...UNKNOWN_HEALTH, detail: expect.stringContaining('none is ready'), checkedAt: expect.stringMatching(/Z$/) },
      pacing: { profile: 'default' }, onDemand: null, hibernatingSince: null, wakeAt: null,
      lastActivityAt: null, lastConnectedAt: null, createdAt: expect.stringMatching(/Z$/),
    });
    const { id } = body as SessionView;
    expect((await call('GET', `/v1/sessions/${id}`)).body).toEqual(body);
    expect((await call('GET', `/v1/sessions/${id}/status`)).body).toMatchObject({ status: 'starting', health: { state: 'unknown', detail: expect.stringContaining('Waiting') } });
    expect((await call('GET', `/api/whatsapp/sessions/${id}/status`)).status).toBe(200);
  });

  it('makes one session of a request that comes twice with one key, also through the alias', async () => {
    const headers = { 'Idempotency-Key': 'one' };
    const first = await call('POST', '/v1/sessions', { body: {}, headers });
    const again = await call('POST', '/v1/sessions', { body: {}, headers });
    expect(again.body).toEqual(first.body);
    expect(again.headers['idempotent-replay']).toBe('true');
    const alias = await call('POST', '/api/whatsapp/sessions/create', { body: {}, headers: { 'Idempotency-Key': 'two' } });
    expect(alias.status).toBe(201);
    expect((await call('GET', '/v1/sessions')).body).toMatchObject({ data: [{}, {}], nextCursor: null });
  });

  it('keeps quiet hours of its own, which can be changed, and shows them', async () => {
    const quietHours = { from: '21:00', to: '08:00', timeZone: 'Europe/Berlin' };
    const { id, pacing } = await create({ pacing: { quietHours } });
    expect(pacing).toEqual({ profile: 'default', quietHours });
    const change = async (change: unknown) => (await call('PATCH', `/v1/sessions/${id}`, { body: { pacing: { quietHours: change } } })).body;
    expect(await change(null)).toMatchObject({ pacing: { profile: 'default', quietHours: null } });
    expect(await change({ ...quietHours, to: '07:00' })).toMatchObject({ pacing: { profile: 'default', quietHours: { to: '07:00' } } });
  });

  it('keeps the QR of a session that is being deleted, when it is asked for another and refuses (I8)', async () => {
    const sessions = dynamoSessions(dynamo.doc, dynamo.tables.core);
    const { id } = await sessions.insert(aSession({ workspaceId, fencingToken: 1, instanceId: 'ins_gone', desired: 'deleted', status: 'qr_scanning' }));
    await sessions.saveQr(id, { qr: 'x', expiresAt: new Date(Date.now() + 60_000).toISOString(), attempt: 1 });
    expect(await call('POST', `/v1/sessions/${id}/regenerate-qr`)).toMatchObject({ status: 409, body: { code: 'session_being_deleted' } });
    expect(await sessions.findQr(id)).toMatchObject({ qr: 'x' });
  });

  it('pages and filters', async () => {
    const made = [await create(), await create({ autoStart: false }), await create()];
    const first = (await call('GET', '/v1/sessions?limit=2')).body as { data: SessionView[]; nextCursor: string };
    const second = (await call('GET', `/v1/sessions?limit=2&cursor=${first.nextCursor}`)).body as typeof first;
    expect([...first.data, ...second.data].map(({ id }) => id).sort()).toEqual(made.map(({ id }) => id).sort());
    expect(second.nextCursor).toBeNull();
    expect((await call('GET', '/v1/sessions?status=connected')).body).toMatchObject({ data: [] });
    expect(made.map(({ desired }) => desired)).toEqual(['running', 'stopped', 'running']);
  });

  it('steers and deletes', async () => {
    const { id } = await create();
    const steer = async (action: string) => call('POST', `/v1/sessions/${id}/${action}`);
    expect(await steer('stop')).toMatchObject({ status: 202, body: { desired: 'stopped' } });
    expect(await steer('start')).toMatchObject({ status: 202, body: { desired: 'running' } });
    expect(await steer('reconnect')).toMatchObject({ status: 202, body: { desired: 'running' } });
    expect(await steer('regenerate-qr')).toMatchObject({ status: 202 });
    expect(await steer('logout')).toMatchObject({ status: 202, body: { desired: 'logged_out' } });
    const stored = await dynamoSessions(dynamo.doc, dynamo.tables.core).find(id);
    expect(stored?.requests).toMatchObject({ restarts: 1, relinks: 1 });
    expect(await call('DELETE', `/v1/sessions/${id}`)).toMatchObject({ status: 202, body: { status: 'deleted' } });
    expect(await call('GET', `/v1/sessions/${id}`)).toMatchObject({ status: 404, body: { code: 'session_not_found' } });
    const other = await create();
    expect(await call('DELETE', `/api/whatsapp/sessions/${other.id}`)).toMatchObject({ status: 202 });
  });

  it('lets a session hibernate, with defaults, and changes that', async () => {
    const created = await create({ onDemand: {} });
    expect(created.onDemand).toEqual({ idleMinutes: 15, wakeEveryMinutes: 10_080 });
    const patch = (body: object) => call('PATCH', `/v1/sessions/${created.id}`, { body });
    expect(await patch({ name: 'Shop', onDemand: { idleMinutes: 5, wakeEveryMinutes: null } })).toMatchObject({
      status: 200, body: { name: 'Shop', onDemand: { idleMinutes: 5, wakeEveryMinutes: null } },
    });
    expect(await patch({ onDemand: null })).toMatchObject({ status: 200, body: { name: 'Shop', onDemand: null } });
    expect((await call('GET', `/v1/sessions/${created.id}`)).body).toMatchObject({ name: 'Shop', onDemand: null });
  });

  it('tells since when a session hibernates and when it wakes, and starts it when asked to', async () => {
    const { id } = await create({ onDemand: { wakeEveryMinutes: 60 } });
    const sessions = dynamoSessions(dynamo.doc, dynamo.tables.core);
    for (const [second, status] of ['starting', 'connected', 'hibernating'].entries()) {
      await sessions.report(id, 0, { at: `2026-03-01T10:00:0${second}Z`, status: status as SessionView['status'] });
    }
    expect((await call('GET', `/v1/sessions/${id}`)).body).toMatchObject({
      status: 'hibernating', hibernatingSince: '2026-03-01T10:00:02.000Z', wakeAt: '2026-03-01T11:00:02.000Z',
    });
    expect(await call('POST', `/v1/sessions/${id}/pairing-code`, { body: { phoneNumber: '+4915100000000' } })).toMatchObject({ status: 409, body: { code: 'already_linked' } });
    expect(await call('POST', `/v1/sessions/${id}/start`)).toMatchObject({ status: 202, body: { status: 'starting', hibernatingSince: null } });
  });

  it('shows no QR of a session that is stopped', async () => {
    const { id } = await create();
    const qr = { qr: '2@some,qr,text', expiresAt: new Date(Date.now() + 60_000).toISOString(), attempt: 1 };
    await dynamoSessions(dynamo.doc, dynamo.tables.core).saveQr(id, qr);
    await call('POST', `/v1/sessions/${id}/stop`);
    expect(await call('GET', `/v1/sessions/${id}/qr`)).toMatchObject({ status: 409, body: { code: 'no_qr' } });
  });

  it.each(['start', 'reconnect', 'regenerate-qr'])('answers %s with the time to try again once the QR rounds of the hour are used up, and until then only', async (action) => {
    const sessions = dynamoSessions(dynamo.doc, dynamo.tables.core);
    const { id } = await create();
    const endedWith = async (retryAt: string) => {
      const qr = { rounds: 5, limit: 5, retryAt, shownAt: [] };
      await sessions.report(id, 0, { at: new Date().toISOString(), status: 'failed', reason: 'qr_expired', health: { ...UNKNOWN_HEALTH, qr } });
    };
    const before = (await sessions.find(id))?.requests;
    await endedWith(new Date(Date.now() + 600_000).toISOString());
    const refused = await call('POST', `/v1/sessions/${id}/${action}`);
    expect(refused).toMatchObject({ status: 429, body: { code: 'qr_limit_reached', detail: expect.stringContaining('pairing code') } });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(500);
    expect((await sessions.find(id))?.requests).toEqual(before);
    await endedWith(new Date(Date.now() - 1_000).toISOString());
    expect(await call('POST', `/v1/sessions/${id}/${action}`)).toMatchObject({ status: 202 });
  });

  it('draws the QR as the client likes it', async () => {
    const { id } = await create();
    expect(await call('GET', `/v1/sessions/${id}/qr`)).toMatchObject({ status: 409, body: { code: 'no_qr' } });
    const qr = { qr: '2@some,qr,text', expiresAt: new Date(Date.now() + 60_000).toISOString(), attempt: 1 };
    await dynamoSessions(dynamo.doc, dynamo.tables.core).saveQr(id, qr);
    const get = (accept: string) => call('GET', `/v1/sessions/${id}/qr`, { headers: { Accept: accept } });
    expect(await get('*/*')).toMatchObject({ status: 200, body: qr });
    const png = await get('image/png');
    expect(png).toMatchObject({ status: 200, headers: { 'content-type': 'image/png' }, isBase64Encoded: true });
    expect(Buffer.from(png.body as string, 'base64').subarray(1, 4).toString()).toBe('PNG');
    const svg = await get('image/svg+xml, application/json;q=0.5');
    expect(svg).toMatchObject({ status: 200, headers: { 'content-type': 'image/svg+xml' } });
    expect(svg.body).toContain('<svg');
  });

  it('gives the pairing code that comes after it was asked for', async () => {
    const { id } = await create();
    const sessions = dynamoSessions(dynamo.doc, dynamo.tables.core);
    const phoneNumber = '+4915100000000';
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    await sessions.savePairingCode(id, { code: 'OLDCODE1', phoneNumber, expiresAt });
    const answer = call('POST', `/v1/sessions/${id}/pairing-code`, { body: { phoneNumber: '49 151 00000000' } });
    await untilPairingIsAsked(id, phoneNumber);
    await sessions.savePairingCode(id, { code: 'NEWCODE1', phoneNumber, expiresAt });
    expect(await answer).toMatchObject({ status: 200, body: { code: 'NEWCODE1', expiresAt } });
  });

  async function untilPairingIsAsked(id: string, phoneNumber: string): Promise<void> {
    const deadline = Date.now() + 5_000;
    while (Date.now() < deadline) {
      const session = await dynamoSessions(dynamo.doc, dynamo.tables.core).find(id);
      if (session?.requests.pairingPhoneNumber === phoneNumber) return;
    }
    throw new Error('No pairing was asked for');
  }
});

describe('Bad requests leave no trace', () => {
  const unknown = anId('ses');
  it.each([
    { what: 'an unknown field', method: 'POST', path: '/v1/sessions', body: { nmae: 'x' }, status: 422, field: 'nmae' },
    { what: 'a wrong type', method: 'POST', path: '/v1/sessions', body: { name: 5 }, status: 422, field: 'name' },
    { what: 'a name too long', method: 'POST', path: '/v1/sessions', body: { name: 'x'.repeat(101) }, status: 422, field: 'name' },
    { what: 'an unknown provider', method: 'POST', path: '/v1/sessions', body: { provider: 'sms' }, status: 422, field: 'provider' },
    { what: 'a number that is none', method: 'POST', path: '/v1/sessions', body: { phoneNumber: 'hello' }, status: 422, field: 'phoneNumber' },
    { what: 'quiet hours of no time zone', method: 'POST', path: '/v1/sessions', body: { pacing: { quietHours: { from: '21:00', to: '08:00', timeZone: 'Mars/Olympus' } } }, status: 422, field: 'pacing.quietHours.timeZone' },
    { what: 'quiet hours that never end', method: 'POST', path: '/v1/sessions', body: { pacing: { quietHours: { from: '21:00', to: '21:00', timeZone: 'UTC' } } }, status: 422, field: 'pacing.quietHours.to' },
    { what: 'unlimited pacing', method: 'POST', path: '/v1/sessions', body: { pacing: { profile: 'unlimited' } }, status: 422, field: 'pacing.profile', code: 'unlimited_pacing_not_allowed' },
    { what: 'the Cloud API', method: 'POST', path: '/v1/sessions', body: { provider: 'meta' }, status: 422, field: 'meta', code: 'unsupported_by_provider' },
    { what: 'an idle time of nothing', method: 'POST', path: '/v1/sessions', body: { onDemand: { idleMinutes: 0 } }, status: 422, field: 'onDemand.idleMinutes' },
    { what: 'a sleep longer than WhatsApp keeps a device', method: 'POST', path: '/v1/sessions', body: { onDemand: { wakeEveryMinutes: 20_160 } }, status: 422, field: 'onDemand.wakeEveryMinutes' },
    { what: 'a change of nothing', method: 'PATCH', path: `/v1/sessions/${unknown}`, body: {}, status: 422 },
    { what: 'a change of an unknown session', method: 'PATCH', path: `/v1/sessions/${unknown}`, body: { name: 'x' }, status: 404, code: 'session_not_found' },
    { what: 'the same through the alias', method: 'POST', path: '/api/whatsapp/sessions/create', body: { name: 5 }, status: 422, field: 'name' },
    { what: 'an unknown status', method: 'GET', path: '/v1/sessions?status=happy', status: 422, field: 'status' },
    { what: 'a time that is none', method: 'GET', path: '/v1/sessions?disconnectedSince=yesterday', status: 422, field: 'disconnectedSince' },
    { what: 'a limit of none', method: 'GET', path: '/v1/sessions?limit=0', status: 422, field: 'limit' },
    { what: 'a garbled cursor', method: 'GET', path: '/v1/sessions?cursor=abc', status: 422, field: 'cursor', code: 'invalid_cursor' },
    { what: 'an unknown session', method: 'GET', path: `/v1/sessions/${unknown}`, status: 404, code: 'session_not_found' },
    { what: 'an id of no form', method: 'GET', path: '/v1/sessions/nonsense', status: 404, field: 'id' },
    { what: 'an unknown action', method: 'POST', path: `/v1/sessions/${unknown}/dance`, status: 404, code: 'not_found' },
    ...['start', 'stop', 'reconnect', 'regenerate-qr', 'logout'].map((action) => (
      { what: `${action} of an unknown session`, method: 'POST', path: `/v1/sessions/${unknown}/${action}`, status: 404, code: 'session_not_found' }
    )),
    { what: 'deletion of an unknown session', method: 'DELETE', path: `/v1/sessions/${unknown}`, status: 404, code: 'session_not_found' },
    { what: 'a pairing code without number', method: 'POST', path: `/v1/sessions/${unknown}/pairing-code`, body: {}, status: 422, field: 'phoneNumber' },
    { what: 'a pairing code for an unknown session', method: 'POST', path: `/v1/sessions/${unknown}/pairing-code`, body: { phoneNumber: '+4915100000000' }, status: 404, code: 'session_not_found' },
    { what: 'writing with a key that may read', method: 'POST', path: '/v1/sessions', body: {}, scopes: ['sessions:read'] as const, status: 403, code: 'missing_scope' },
    { what: 'reading with a key for something else', method: 'GET', path: '/v1/sessions', scopes: ['messages:read'] as const, status: 403, code: 'missing_scope' },
  ])('$what: $status', async ({ method, path, status, code, field, ...more }) => {
    const before = await dynamo.scan('core');
    const answer = await call(method, path, more);
    expect(answer).toMatchObject({ status, headers: { 'content-type': 'application/problem+json' } });
    if (code) expect(answer.body).toMatchObject({ code });
    if (field) expect((answer.body as { errors: { path: string }[] }).errors.map((error) => error.path)).toEqual([field]);
    expect(await dynamo.scan('core')).toEqual(before);
  });

  it("another workspace's session is not there for any call (I6)", async () => {
    const { id } = await create();
    const before = await dynamo.scan('core');
    const stranger = { workspaceId: anId('wsp') };
    const calls = [
      ['GET', ''], ['GET', '/status'], ['GET', '/qr'], ['POST', '/start'], ['POST', '/stop'], ['POST', '/reconnect'],
      ['POST', '/regenerate-qr'], ['POST', '/logout'], ['DELETE', ''],
    ] as const;
    for (const [method, path] of calls) {
      expect(await call(method, `/v1/sessions/${id}${path}`, stranger)).toMatchObject({ status: 404, body: { code: 'session_not_found' } });
    }
    const pairing = { ...stranger, body: { phoneNumber: '+4915100000000' } };
    expect(await call('POST', `/v1/sessions/${id}/pairing-code`, pairing)).toMatchObject({ status: 404 });
    expect(await call('PATCH', `/v1/sessions/${id}`, { ...stranger, body: { name: 'Mine' } })).toMatchObject({ status: 404 });
    expect(await dynamo.scan('core')).toEqual(before);
  });
});
