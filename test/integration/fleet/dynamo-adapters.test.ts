import { afterAll, beforeAll } from '@jest/globals';
import { dynamoAssignments } from '../../../shared/adapters/dynamodb/dynamo-assignments.ts';
import { dynamoInstanceRegistry } from '../../../shared/adapters/dynamodb/dynamo-instance-registry.ts';
import { dynamoPacing } from '../../../shared/adapters/dynamodb/dynamo-pacing.ts';
import { dynamoSessions } from '../../../shared/adapters/dynamodb/dynamo-sessions.ts';
import { describeAssignments } from '../../contract/assignments.contract.ts';
import { describeInstanceRegistry } from '../../contract/instance-registry.contract.ts';
import { describePacingStore } from '../../contract/pacing-store.contract.ts';
import { startDynamo, type TestDynamo } from '../../support/dynamodb.ts';

let dynamo: TestDynamo;
beforeAll(async () => {
  dynamo = await startDynamo();
});
afterAll(() => dynamo.stop());

describeInstanceRegistry('dynamoInstanceRegistry', async (clock) => dynamoInstanceRegistry(dynamo.doc, dynamo.tables.registry, clock));
describePacingStore('dynamoPacing', async () => dynamoPacing(dynamo.doc, dynamo.tables.core));
describeAssignments('dynamoAssignments', async () => ({
  sessions: dynamoSessions(dynamo.doc, dynamo.tables.core),
  assignments: dynamoAssignments(dynamo.doc, dynamo.tables),
  registry: dynamoInstanceRegistry(dynamo.doc, dynamo.tables.registry),
}));
