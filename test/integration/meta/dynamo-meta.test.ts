import { expect, it } from '@jest/globals';
import { dynamoArrivals } from '../../../shared/adapters/dynamodb/dynamo-arrivals.ts';
import { dynamoMetaAccounts } from '../../../shared/adapters/dynamodb/dynamo-meta-accounts.ts';
import { dynamoSessions } from '../../../shared/adapters/dynamodb/dynamo-sessions.ts';
import { dynamoTemplates } from '../../../shared/adapters/dynamodb/dynamo-templates.ts';
import { WrongKeyError } from '../../../shared/domain/encryption/data-keys.ts';
import { describeArrivals } from '../../contract/arrivals.contract.ts';
import { describeMetaAccounts } from '../../contract/meta-accounts.contract.ts';
import { describeTemplates } from '../../contract/templates.contract.ts';
import { anId } from '../../support/builders/session.ts';
import { startDynamo } from '../../support/dynamodb.ts';
import { memoryDataKeys } from '../../support/fakes/memory-data-keys.ts';

describeMetaAccounts('dynamoMetaAccounts', async () => {
  const { doc, tables, stop } = await startDynamo();
  return { accounts: dynamoMetaAccounts(doc, tables.core, memoryDataKeys()), sessions: dynamoSessions(doc, tables.core), stop };
});
describeArrivals('dynamoArrivals', async () => {
  const { doc, tables, stop } = await startDynamo();
  return { arrivals: dynamoArrivals(doc, tables.core), stop };
});
describeTemplates('dynamoTemplates', async () => {
  const { doc, tables, stop } = await startDynamo();
  return { templates: dynamoTemplates(doc, tables.core), stop };
});

it('a token put under another session’s record opens nothing', async () => {
  const { doc, tables, scan, stop } = await startDynamo();
  try {
    const accounts = dynamoMetaAccounts(doc, tables.core, memoryDataKeys());
    const [mine, other] = [anId('ses'), anId('ses')];
    await accounts.save({ sessionId: mine, workspaceId: anId('wsp') }, { phoneNumberId: '1', businessAccountId: '2', accessToken: 'EAA' });
    const item = (await scan('core')).find((each) => each['pk'] === `S#${mine}`);
    const { PutCommand } = await import('@aws-sdk/lib-dynamodb');
    await doc.send(new PutCommand({ TableName: tables.core, Item: { ...item, pk: `S#${other}` } }));
    await expect(accounts.get(other)).rejects.toBeInstanceOf(WrongKeyError);
  } finally {
    await stop();
  }
});
