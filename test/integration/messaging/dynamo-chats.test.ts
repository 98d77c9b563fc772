import { dynamoChats } from '../../../shared/adapters/dynamodb/dynamo-chats.ts';
import { dynamoOutbox } from '../../../shared/adapters/dynamodb/dynamo-outbox.ts';
import { dynamoPeers } from '../../../shared/adapters/dynamodb/dynamo-peers.ts';
import { describeChats } from '../../contract/chats.contract.ts';
import { FakeClock } from '../../support/fakes/fake-clock.ts';
import { startDynamo } from '../../support/dynamodb.ts';

describeChats('dynamoChats and dynamoPeers', async () => {
  const { doc, tables, stop } = await startDynamo();
  const clock = new FakeClock();
  const chats = dynamoChats(doc, tables.messages, clock);
  return { chats, peers: dynamoPeers(doc, tables.messages), outbox: dynamoOutbox(doc, tables), tick: () => clock.advance(1), stop };
});
