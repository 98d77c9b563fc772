import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Context } from 'aws-lambda';
import { dynamoAssignments } from '../../../shared/adapters/dynamodb/dynamo-assignments.ts';
import { dynamoInstanceRegistry } from '../../../shared/adapters/dynamodb/dynamo-instance-registry.ts';
import { dynamoSessions } from '../../../shared/adapters/dynamodb/dynamo-sessions.ts';
import { lambdaContext } from '../../support/api-event.ts';
import { aSession } from '../../support/builders/session.ts';
import { awsEnvironment, startDynamo, type TestDynamo } from '../../support/dynamodb.ts';
import { startServerDouble, type ServerDouble } from '../../support/server-double.ts';

const TTL_MS = 60_000;
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

it('moves the session of an instance whose lease ran out a while ago', async () => {
  const address = { url: server.url, zone: 'a', capacity: 50, version: 'v' };
  const past = dynamoInstanceRegistry(dynamo.doc, dynamo.tables.registry, { now: () => Date.now() - 2 * TTL_MS });
  await past.register({ id: 'ins_gone', ...address }, TTL_MS);
  const present = dynamoInstanceRegistry(dynamo.doc, dynamo.tables.registry);
  await present.renew(await present.register({ id: 'ins_here', ...address }, TTL_MS), { state: 'ready', load: LOAD }, TTL_MS);
  const sessions = dynamoSessions(dynamo.doc, dynamo.tables.core);
  const { id } = await sessions.insert(aSession());
  await dynamoAssignments(dynamo.doc, dynamo.tables.core).assign(id, 'ins_gone', 0);

  await handler({}, lambdaContext());

  expect(await sessions.find(id)).toMatchObject({ instanceId: 'ins_here', fencingToken: 2 });
  expect(server.received.map(({ path }) => path)).toContain(`/sessions/${id}/nudge`);
});
