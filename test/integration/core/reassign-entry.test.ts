import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Context } from 'aws-lambda';
import { dynamoAssignments } from '../../../shared/adapters/dynamodb/dynamo-assignments.ts';
import { dynamoInstanceRegistry } from '../../../shared/adapters/dynamodb/dynamo-instance-registry.ts';
import { dynamoSessions } from '../../../shared/adapters/dynamodb/dynamo-sessions.ts';
import { until } from '../../../local/client/until.ts';
import { lambdaContext } from '../../support/api-event.ts';
import { aSession } from '../../support/builders/session.ts';
import { awsEnvironment, startDynamo, type TestDynamo } from '../../support/dynamodb.ts';
import { startServerDouble, type ServerDouble } from '../../support/server-double.ts';

const TTL_MS = 60_000;
const SHORT_TTL_MS = 100;
const LOAD = { sessions: 0, memoryBytes: 0, eventLoopLagMs: 0 };
let dynamo: TestDynamo;
let server: ServerDouble; // the secret store and the new owner at once
let handler: (event: object, context: Context) => Promise<void>;

beforeAll(async () => {
  [dynamo, server] = await Promise.all([startDynamo(), startServerDouble({ body: { SecretString: 'secret' } })]);
  Object.assign(process.env, awsEnvironment(dynamo.endpoint), {
    AWS_ENDPOINT_URL_SECRETS_MANAGER: server.url,
    CORE_TABLE: dynamo.tables.core,
    REGISTRY_TABLE: dynamo.tables.registry,
    NUDGE_SECRET_ARN: 'arn:nudge',
  });
  ({ handler } = await import('../../../lambdas/schedules/reassign-sessions/reassign-sessions.handler.ts'));
});
afterAll(() => Promise.all([dynamo.stop(), server.stop()]));

it('moves the session of an instance that stayed silent from one run to another, for as long as its lease was', async () => {
  const address = { url: server.url, zone: 'a', capacity: 50, version: 'v' };
  const registry = dynamoInstanceRegistry(dynamo.doc, dynamo.tables.registry);
  const ready = async (id: string, ttlMs: number) =>
    registry.renew(await registry.register({ id, ...address }, ttlMs), { state: 'ready', load: LOAD }, ttlMs);
  await ready('ins_gone', SHORT_TTL_MS);
  await ready('ins_here', TTL_MS);
  const sessions = dynamoSessions(dynamo.doc, dynamo.tables.core);
  const { id } = await sessions.insert(aSession());
  await dynamoAssignments(dynamo.doc, dynamo.tables).assign(id, 'ins_gone', 0);

  await handler({}, lambdaContext());
  expect((await sessions.find(id))?.instanceId).toBe('ins_gone'); // the first run has only begun to watch
  await until(async () => {
    await handler({}, lambdaContext());
    return (await sessions.find(id))?.instanceId === 'ins_here';
  }, { what: 'the takeover' });

  expect(await sessions.find(id)).toMatchObject({ instanceId: 'ins_here', fencingToken: 2 });
  expect(server.received.map(({ path }) => path)).toContain(`/sessions/${id}/nudge`);
});
