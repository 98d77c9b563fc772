import { documentClient, sqsClient } from '../../../shared/adapters/clients.ts';
import { dynamoConnections } from '../../../shared/adapters/dynamodb/dynamo-connections.ts';
import { dynamoEventLog } from '../../../shared/adapters/dynamodb/dynamo-event-log.ts';
import { dynamoSubscriptions } from '../../../shared/adapters/dynamodb/dynamo-subscriptions.ts';
import { sqsComeAgain } from '../../../shared/adapters/sqs/sqs-come-again.ts';
import { apiGatewaySockets } from '../../../shared/adapters/websocket/api-gateway-sockets.ts';
import { WebsocketPushesEnv } from '../../../shared/config/control-plane-env.ts';
import { loadConfig } from '../../../shared/config/load-config.ts';
import { PushJob } from '../../../shared/contracts/realtime.ts';
import { systemClock } from '../../../shared/domain/clock.ts';
import { fifoHandler } from '../../queue/queue-handler.ts';
import { makePushToSockets } from './push-to-sockets.ts';

const config = loadConfig(WebsocketPushesEnv);
const doc = documentClient();

const pushToSockets = makePushToSockets({
  log: dynamoEventLog(doc, config.CORE_TABLE),
  subscriptions: dynamoSubscriptions(doc, config.CORE_TABLE),
  connections: dynamoConnections(doc, config.CORE_TABLE),
  sockets: apiGatewaySockets(config.REALTIME_ENDPOINT),
  clock: systemClock,
});

/** A group a session: what happened in one chat arrives in that order. */
export const handler = fifoHandler(PushJob, pushToSockets, sqsComeAgain(sqsClient(), config.WEBSOCKET_PUSHES_QUEUE_URL));
