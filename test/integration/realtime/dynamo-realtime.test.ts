import { dynamoConnections } from '../../../shared/adapters/dynamodb/dynamo-connections.ts';
import { dynamoEventLog } from '../../../shared/adapters/dynamodb/dynamo-event-log.ts';
import { dynamoListening } from '../../../shared/adapters/dynamodb/dynamo-listening.ts';
import { dynamoSubscriptions } from '../../../shared/adapters/dynamodb/dynamo-subscriptions.ts';
import { describeRealtimeStores } from '../../contract/realtime.contract.ts';
import { startDynamo } from '../../support/dynamodb.ts';

describeRealtimeStores('the DynamoDB adapters', async () => {
  const { doc, tables: { core }, stop } = await startDynamo();
  return {
    connections: dynamoConnections(doc, core),
    subscriptions: dynamoSubscriptions(doc, core),
    listening: dynamoListening(doc, core),
    log: dynamoEventLog(doc, core),
    stop,
  };
});
