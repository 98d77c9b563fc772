import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { dynamoInstanceRegistry } from '../../../shared/adapters/dynamodb/dynamo-instance-registry.ts';
import type { SessionView } from '../../../shared/contracts/api/sessions.ts';
import type { HttpHandler } from '../../../lambdas/http/http-api.ts';
import { callApi, type ApiCall } from '../../support/api-event.ts';
import { anId } from '../../support/builders/session.ts';
import { awsEnvironment, startDynamo, type TestDynamo } from '../../support/dynamodb.ts';
import { startServerDouble, type ServerDouble } from '../../support/server-double.ts';

const SECRET = 'nudge-secret';
const INSTANCE_ID = anId('ins');
const TTL_MS = 60_000;
const LOAD = { sessions: 0, memoryBytes: 0, eventLoopLagMs: 0 };

let dynamo: TestDynamo;
let secrets: ServerDouble;
let instance: ServerDouble;
let handler: HttpHandler;
let workspaceId: string;
const call = (method: string, target: string, more: ApiCall = {}) => callApi(handler, method, target, { workspaceId, ...more });
const create = async (body: object = {}): Promise<SessionView> => (await call('POST', '/v1/sessions', { body })).body;

beforeAll(async () => {
  [dynamo, secrets, instance] = await Promise.all([
    startDynamo(),
    startServerDouble({ body: { SecretString: SECRET } }),
    startServerDouble({ status: 202 }),
  ]);
  const registry = dynamoInstanceRegistry(dynamo.doc, dynamo.tables.registry);
  const lease = await registry.register({ id: INSTANCE_ID, url: instance.url, zone: 'a', capacity: 50, version: 'test' }, TTL_MS);
  await registry.renew(lease, { state: 'ready', load: LOAD }, TTL_MS);
  Object.assign(process.env, awsEnvironment(dynamo.endpoint), {
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    CORE_TABLE: dynamo.tables.core,
    REGISTRY_TABLE: dynamo.tables.registry,
    NUDGE_SECRET_ARN: 'arn:nudge',
    CREDENTIALS_KEY_ARN: 'arn:key',
    ALLOW_UNLIMITED_PACING: 'true',
  });
  ({ handler } = await import('../../../lambdas/api/sessions/sessions.handler.ts'));
});
afterAll(() => Promise.all([dynamo.stop(), secrets.stop(), instance.stop()]));
beforeEach(() => {
  workspaceId = anId('wsp');
});

describe('With an instance, a session', () => {
  it('gives a new session to it and nudges it, signed', async () => {
    const session = await create();
    expect(session.instance).toEqual({ id: INSTANCE_ID, url: instance.url });
    const nudge = instance.received.find(({ path }) => path === `/sessions/${session.id}/nudge`);
    expect(nudge).toMatchObject({ method: 'POST', body: '{"about":"session"}' });
    const timestamp = String(nudge?.headers['x-hmac-timestamp']);
    const expected = createHmac('sha256', SECRET).update(`${timestamp}POST${nudge?.path}${nudge?.body}`).digest('hex');
    expect(nudge?.headers['x-hmac-signature']).toBe(expected);
    expect(Math.abs(Number(timestamp) - Date.now() / 1000)).toBeLessThan(60);
    expect((await call('GET', `/v1/sessions?instanceId=${INSTANCE_ID}`)).body).toMatchObject({ data: [{ id: session.id }] });
  });

  it('leaves one that shall not start alone, and assigns it at its start', async () => {
    const { id, instance: none } = await create({ autoStart: false });
    expect(none).toBeNull();
    expect((await call('POST', `/v1/sessions/${id}/start`)).body).toMatchObject({ instance: { id: INSTANCE_ID } });
  });

  it('nudges the owner of a session that shall stop, and deletes only what the owner has wiped', async () => {
    const { id } = await create();
    instance.received.length = 0;
    expect(await call('POST', `/v1/sessions/${id}/stop`)).toMatchObject({ status: 202, body: { instance: { id: INSTANCE_ID } } });
    expect(instance.received.map(({ path }) => path)).toEqual([`/sessions/${id}/nudge`]);
    expect(await call('DELETE', `/v1/sessions/${id}`)).toMatchObject({ status: 202, body: { desired: 'deleted', status: 'created' } });
    expect(await call('POST', `/v1/sessions/${id}/start`)).toMatchObject({ status: 409, body: { code: 'session_being_deleted' } });
  });

  it('may go unpaced where the operator allows it', async () => {
    expect(await create({ pacing: { profile: 'unlimited' } })).toMatchObject({ pacing: { profile: 'unlimited' } });
  });
});
