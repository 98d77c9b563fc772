import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dynamoApiKeys } from '../../../shared/adapters/dynamodb/dynamo-api-keys.ts';
import { dynamoIdempotency } from '../../../shared/adapters/dynamodb/dynamo-idempotency.ts';
import { dynamoWorkspaces } from '../../../shared/adapters/dynamodb/dynamo-workspaces.ts';
import { describeApiKeys } from '../../contract/api-keys.contract.ts';
import { describeIdempotencyRecords } from '../../contract/idempotency-records.contract.ts';
import { anId } from '../../support/builders/session.ts';
import { startDynamo, type TestDynamo } from '../../support/dynamodb.ts';

let dynamo: TestDynamo;
beforeAll(async () => {
  dynamo = await startDynamo();
});
afterAll(() => dynamo.stop());

describeApiKeys('dynamoApiKeys', () => dynamoApiKeys(dynamo.doc, dynamo.tables.core));
describeIdempotencyRecords('dynamoIdempotency', (clock) => dynamoIdempotency(dynamo.doc, dynamo.tables.core, clock));

describe('dynamoWorkspaces', () => {
  it('keeps the first insert', async () => {
    const workspaces = dynamoWorkspaces(dynamo.doc, dynamo.tables.core);
    const workspace = { id: anId('wsp'), name: 'Local', createdAt: 1 };
    await workspaces.insert(workspace);
    await workspaces.insert({ ...workspace, name: 'Other' });
    expect(await workspaces.get(workspace.id)).toEqual(workspace);
    await expect(workspaces.get(anId('wsp'))).rejects.toMatchObject({ kind: 'not-found' });
  });
});
