import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import type { HttpHandler } from '../../../lambdas/http/http-api.ts';
import { AwsJsonServer } from '../../../local/aws-json/aws-json-server.ts';
import { secretActions } from '../../../local/aws-json/secrets.ts';
import { dynamoSessions } from '../../../shared/adapters/dynamodb/dynamo-sessions.ts';
import { signRequest } from '../../../shared/adapters/nudge/sign-request.ts';
import type { SessionEvent, SessionEventBatch } from '../../../shared/contracts/session-events.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';
import { callApi, type ApiAnswer } from '../../support/api-event.ts';
import { aSession, anId } from '../../support/builders/session.ts';
import { awsEnvironment, startDynamo, type TestDynamo } from '../../support/dynamodb.ts';
import { startQueues, type TestQueues } from '../../support/sqs.ts';

export const SECRET = 'the ingest secret';
export const PATH = '/v1/ingest/webjs';
const SECRET_ARN = 'arn:aws:secretsmanager:eu-central-1:000000000000:secret:ingest-AAAAAA';
/** Documentation addresses: no limits are put on these. */
const TRUSTED = '203.0.113.0/24';

export interface SendOptions {
  readonly secret?: string;
  readonly atMs?: number;
  readonly sourceIp?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface IngestWorld {
  readonly dynamo: TestDynamo;
  readonly queues: TestQueues;
  readonly queueUrl: string;
  readonly handler: HttpHandler;
  aLinkedSession(over?: Partial<Session>): Promise<Session>;
  /** Signs and sends a text, or a value as JSON. */
  send(body: unknown, options?: SendOptions): Promise<ApiAnswer>;
  /** Batches on the queue, taken off it. */
  queued(): Promise<SessionEventBatch[]>;
  stop(): Promise<void>;
}

/** The entry as it is deployed, on tables, a FIFO queue and a secret. */
export async function startIngestWorld(): Promise<IngestWorld> {
  const [dynamo, queues] = await Promise.all([startDynamo(), startQueues()]);
  const secrets = await AwsJsonServer.start(() => secretActions(new Map([[SECRET_ARN, SECRET]])));
  const queueUrl = await makeFifo(queues);
  Object.assign(process.env, awsEnvironment(dynamo.endpoint), {
    AWS_ENDPOINT_URL_SQS: queues.endpoint,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.endpoint,
    CORE_TABLE: dynamo.tables.core,
    SESSION_EVENTS_QUEUE_URL: queueUrl,
    INGEST_SECRET_ARN: SECRET_ARN,
    INGEST_TRUSTED_ADDRESSES: TRUSTED,
  });
  const { handler } = await import('../../../lambdas/api/ingest-webjs/ingest-webjs.handler.ts');
  return {
    dynamo, queues, queueUrl, handler,
    aLinkedSession: (over = {}) => dynamoSessions(dynamo.doc, dynamo.tables.core).insert(aSession({ status: 'connected', fencingToken: 1, ...over })),
    send(body, { secret = SECRET, atMs = Date.now(), headers = {}, ...call } = {}) {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      return callApi(handler, 'POST', PATH, { body: text, headers: { ...signRequest(secret, 'POST', PATH, text, atMs), ...headers }, workspaceId: null, ...call });
    },
    queued: async () => (await queues.drain(queueUrl)).map((text) => JSON.parse(text) as SessionEventBatch),
    async stop() {
      await Promise.all([dynamo.stop(), queues.stop(), secrets.stop()]);
    },
  };
}

async function makeFifo({ client }: TestQueues): Promise<string> {
  const Attributes = { FifoQueue: 'true', DeduplicationScope: 'messageGroup', FifoThroughputLimit: 'perMessageGroupId' };
  return (await client.send(new CreateQueueCommand({ QueueName: 'events.fifo', Attributes }))).QueueUrl ?? '';
}

export const qr = (attempt: number): SessionEvent => ({ type: 'session.qr', at: '2026-03-01T10:00:00.000Z', qr: `qr ${attempt}`, expiresAt: '2026-03-01T10:01:00.000Z', attempt });

export const aBatch = ({ id, workspaceId }: Pick<Session, 'id' | 'workspaceId'>, counter: number, events: SessionEvent[] = [qr(1)]): SessionEventBatch => ({
  v: 1, workspaceId, sessionId: id, instanceId: anId('ins'), fencingToken: 1, sequence: `0000000001-${String(counter).padStart(10, '0')}`, events,
});
