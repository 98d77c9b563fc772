import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { dynamoOutbox } from '../../../shared/adapters/dynamodb/dynamo-outbox.ts';
import { campaignCountsKey, campaignKey, senderKey, sessionKey } from '../../../shared/adapters/dynamodb/keys.ts';
import { describeOutbox } from '../../contract/outbox.contract.ts';
import { startDynamo } from '../../support/dynamodb.ts';

describeOutbox('dynamoOutbox', async () => {
  const { doc, tables, stop } = await startDynamo();
  const put = async (item: Record<string, unknown>) => void (await doc.send(new PutCommand({ TableName: tables.core, Item: item })));
  return {
    outbox: dynamoOutbox(doc, tables),
    setFencingToken: (sessionId, fencingToken) => put({ ...sessionKey(sessionId), fencingToken }),
    setLeaseToken: (sessionId, token) => put({ ...senderKey(sessionId), token }),
    setCampaignRunning: (campaignId, isRunning) => put({ ...campaignKey(campaignId), status: isRunning ? 'running' : 'paused' }),
    async sendingCount(campaignId, sessionId) {
      const { Item } = await doc.send(new GetCommand({ TableName: tables.core, Key: campaignCountsKey(campaignId, sessionId) }));
      return (Item?.['sending'] as number | undefined) ?? 0;
    },
    stop,
  };
});
