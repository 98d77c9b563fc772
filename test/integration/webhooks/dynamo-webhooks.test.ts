import { dynamoChatNumbers } from '../../../shared/adapters/dynamodb/dynamo-chat-numbers.ts';
import { dynamoDeliveries } from '../../../shared/adapters/dynamodb/dynamo-deliveries.ts';
import { dynamoWebhookWork } from '../../../shared/adapters/dynamodb/dynamo-webhook-work.ts';
import { dynamoWebhooks } from '../../../shared/adapters/dynamodb/dynamo-webhooks.ts';
import { describeChatNumbers } from '../../contract/chat-numbers.contract.ts';
import { describeDeliveries } from '../../contract/deliveries.contract.ts';
import { describeWebhookWork } from '../../contract/webhook-work.contract.ts';
import { describeWebhooks } from '../../contract/webhooks.contract.ts';
import { startDynamo } from '../../support/dynamodb.ts';

describeWebhooks('dynamoWebhooks', async () => {
  const { doc, tables, stop } = await startDynamo();
  return { webhooks: dynamoWebhooks(doc, tables.core), stop };
});
describeWebhookWork('dynamoWebhookWork', async () => {
  const { doc, tables, stop } = await startDynamo();
  return { work: dynamoWebhookWork(doc, tables.core), stop };
});
describeDeliveries('dynamoDeliveries', async () => {
  const { doc, tables, stop } = await startDynamo();
  return { deliveries: dynamoDeliveries(doc, tables.core), stop };
});
describeChatNumbers('dynamoChatNumbers', async () => {
  const { doc, tables, stop } = await startDynamo();
  return { numbers: dynamoChatNumbers(doc, tables.messages), stop };
});
