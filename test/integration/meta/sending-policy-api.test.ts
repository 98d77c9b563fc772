import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { HttpHandler } from '../../../lambdas/http/http-api.ts';
import { dynamoSessions } from '../../../shared/adapters/dynamodb/dynamo-sessions.ts';
import type { Sessions } from '../../../shared/domain/sessions/sessions.ts';
import { callApi, WORKSPACE } from '../../support/api-event.ts';
import { aSession, anId } from '../../support/builders/session.ts';
import { awsEnvironment, startDynamo, type TestDynamo } from '../../support/dynamodb.ts';

const PATH = '/v1/workspaces/current/sending-policy';
let dynamo: TestDynamo;
let sessions: Sessions;
let handler: HttpHandler;

beforeAll(async () => {
  dynamo = await startDynamo();
  Object.assign(process.env, awsEnvironment(dynamo.endpoint), { CORE_TABLE: dynamo.tables.core });
  ({ handler } = await import('../../../lambdas/api/sending-policy/sending-policy.handler.ts'));
  sessions = dynamoSessions(dynamo.doc, dynamo.tables.core);
});
afterAll(() => dynamo.stop());

const put = (body: unknown, workspaceId = WORKSPACE) => callApi(handler, 'PUT', PATH, { body, workspaceId });
const get = (workspaceId = WORKSPACE) => callApi(handler, 'GET', PATH, { workspaceId });
const number = (workspaceId = WORKSPACE) => sessions.insert(aSession({ id: anId('ses'), workspaceId, status: 'connected' }));

describe('the sending policy', () => {
  it('is the primary session alone until one is set, and nothing without any', async () => {
    const workspaceId = anId('wsp');
    expect((await get(workspaceId)).body).toMatchObject({ primary: null, fallbacks: [], failover: { enabled: false }, numbers: [], updatedAt: null });
    const { id } = await number(workspaceId);
    expect((await get(workspaceId)).body).toMatchObject({ primary: id, numbers: [{ sessionId: id, isUp: true, score: 1, reason: null }] });
  });

  it('is kept as it was set, with how its numbers are doing', async () => {
    const [primary, fallback] = [await number(), await number()];
    const answer = await put({ primary: primary.id, fallbacks: [fallback.id] });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      primary: primary.id, fallbacks: [fallback.id], failover: { enabled: true, minScore: 0.5, afterSeconds: 60 }, numbers: [{ isUp: true }, { isUp: true }],
    });
    await sessions.intend(WORKSPACE, fallback.id, { desired: 'stopped' });
    const { numbers } = (await get()).body as { numbers: object[] };
    expect(numbers[1]).toMatchObject({ sessionId: fallback.id, isUp: false, reason: 'it is to be stopped' });
  });

  it.each([
    ['without a primary', () => ({}), 'primary'],
    ['with an id of another kind', () => ({ primary: anId('msg') }), 'primary'],
    ['with a session nobody has', () => ({ primary: anId('ses') }), 'primary'],
    ['with a score beyond 1', (id: string) => ({ primary: id, failover: { minScore: 2 } }), 'failover.minScore'],
    ['with a wait of no time', (id: string) => ({ primary: id, failover: { afterSeconds: 0 } }), 'failover.afterSeconds'],
    ['with a session twice', (id: string) => ({ primary: id, fallbacks: [id] }), 'fallbacks.0'],
    ['with a field nobody knows', (id: string) => ({ primary: id, secondary: id }), 'secondary'],
  ] as const)('is refused %s, and leaves no trace (I8)', async (_, body, path) => {
    const { id } = await number();
    const before = await dynamo.scan('core');
    const { status, body: problem } = await put(body(id));
    expect([status, (problem as { errors: { path: string }[] }).errors[0]?.path]).toEqual([422, path]);
    expect(await dynamo.scan('core')).toEqual(before);
  });

  it('takes no session of another workspace, and tells nothing of it (I6)', async () => {
    const theirs = await number(anId('wsp'));
    expect(await put({ primary: theirs.id })).toMatchObject({ status: 422, body: { code: 'unknown_session' } });
  });

  it('needs a key that may write sessions', async () => {
    expect((await callApi(handler, 'PUT', PATH, { body: {}, scopes: ['sessions:read'] })).status).toBe(403);
    expect((await callApi(handler, 'DELETE', PATH, {})).status).toBe(405);
  });
});
