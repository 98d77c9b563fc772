import { dynamoCampaigns } from '../../../shared/adapters/dynamodb/dynamo-campaigns.ts';
import { dynamoMessages } from '../../../shared/adapters/dynamodb/dynamo-messages.ts';
import { dynamoOptedOutMessages } from '../../../shared/adapters/dynamodb/dynamo-opted-out-messages.ts';
import { dynamoOutbox } from '../../../shared/adapters/dynamodb/dynamo-outbox.ts';
import { describeOptedOutMessages } from '../../contract/opted-out-messages.contract.ts';
import { startDynamo } from '../../support/dynamodb.ts';

describeOptedOutMessages('dynamoOptedOutMessages', async () => {
  const { doc, tables, stop } = await startDynamo();
  return {
    optedOutMessages: dynamoOptedOutMessages(doc, tables),
    campaigns: dynamoCampaigns(doc, tables.core),
    messages: dynamoMessages(doc, tables.messages),
    outbox: dynamoOutbox(doc, tables),
    stop,
  };
});
