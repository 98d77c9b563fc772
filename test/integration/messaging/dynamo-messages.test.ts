import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { dynamoMessages } from '../../../shared/adapters/dynamodb/dynamo-messages.ts';
import { dynamoOutbox } from '../../../shared/adapters/dynamodb/dynamo-outbox.ts';
import { sessionKey } from '../../../shared/adapters/dynamodb/keys.ts';
import { describeMessages } from '../../contract/messages.contract.ts';
import { startDynamo } from '../../support/dynamodb.ts';

describeMessages('dynamoMessages', async () => {
  const { doc, tables, stop } = await startDynamo();
  return {
    messages: dynamoMessages(doc, tables.messages),
    outbox: dynamoOutbox(doc, tables),
    setFencingToken: async (sessionId, fencingToken) =>
      void (await doc.send(new PutCommand({ TableName: tables.core, Item: { ...sessionKey(sessionId), fencingToken } }))),
    stop,
  };
});
