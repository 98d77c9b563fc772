import { documentClient } from '../../../shared/adapters/clients.ts';
import { dynamoApiKeys } from '../../../shared/adapters/dynamodb/dynamo-api-keys.ts';
import { dynamoChats } from '../../../shared/adapters/dynamodb/dynamo-chats.ts';
import { dynamoConnections } from '../../../shared/adapters/dynamodb/dynamo-connections.ts';
import { dynamoEventLog } from '../../../shared/adapters/dynamodb/dynamo-event-log.ts';
import { dynamoListening } from '../../../shared/adapters/dynamodb/dynamo-listening.ts';
import { dynamoSubscriptions } from '../../../shared/adapters/dynamodb/dynamo-subscriptions.ts';
import { apiGatewaySockets } from '../../../shared/adapters/websocket/api-gateway-sockets.ts';
import { ConnectionsEnv } from '../../../shared/config/control-plane-env.ts';
import { loadConfig } from '../../../shared/config/load-config.ts';
import { systemClock as clock } from '../../../shared/domain/clock.ts';
import { makeAnswerMessage } from './answer-message.ts';
import { makeConnect } from './connect.ts';
import { makeReadMissed } from './read-missed.ts';
import { makeReplay } from './replay.ts';
import { socketApi } from './socket-api.ts';
import { makeSubscribe } from './subscribe.ts';

const config = loadConfig(ConnectionsEnv);
const doc = documentClient();
const connections = dynamoConnections(doc, config.CORE_TABLE);
const subscriptions = dynamoSubscriptions(doc, config.CORE_TABLE);
const listening = dynamoListening(doc, config.CORE_TABLE);
const apiKeys = dynamoApiKeys(doc, config.CORE_TABLE);
const sockets = apiGatewaySockets(config.REALTIME_ENDPOINT);
const log = dynamoEventLog(doc, config.CORE_TABLE);

const subscribe = makeSubscribe({
  chats: dynamoChats(doc, config.MESSAGES_TABLE),
  subscriptions,
  readMissed: makeReadMissed({ log, listening, clock }),
  replay: makeReplay({ log, subscriptions, sockets }),
  sockets,
  clock,
});

export const handler = socketApi({
  connect: makeConnect({ apiKeys, connections, listening, clock }),
  answer: makeAnswerMessage({ apiKeys, connections, listening, subscriptions, subscribe, sockets, clock }),
  disconnect: ({ connectionId }) => connections.drop(connectionId),
});
