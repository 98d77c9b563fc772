import { documentClient, sqsClient } from '../../../shared/adapters/clients.ts';
import { dynamoTakenNotes } from '../../../shared/adapters/dynamodb/dynamo-taken-notes.ts';
import { sqsWorkQueues } from '../../../shared/adapters/sqs/sqs-work-queues.ts';
import { OperationsApiEnv } from '../../../shared/config/control-plane-env.ts';
import { loadConfig } from '../../../shared/config/load-config.ts';
import { queueRoutes } from '../../../shared/contracts/api/routes/queues.ts';
import { httpApi } from '../../http/http-api.ts';
import { makeListQueues, makeRedriveQueue } from './queue-operations.ts';

const config = loadConfig(OperationsApiEnv);
const queues = sqsWorkQueues(sqsClient(), config.WORK_QUEUES);
const notes = dynamoTakenNotes(documentClient(), config.CORE_TABLE);

export const handler = httpApi({
  routes: queueRoutes,
  operations: { listQueues: makeListQueues(queues, notes), redriveQueue: makeRedriveQueue(queues) },
});
