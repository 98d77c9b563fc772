import { dynamoChats } from '../../../shared/adapters/dynamodb/dynamo-chats.ts';
import { dynamoInstanceRegistry } from '../../../shared/adapters/dynamodb/dynamo-instance-registry.ts';
import { dynamoMessages } from '../../../shared/adapters/dynamodb/dynamo-messages.ts';
import { dynamoOutbox } from '../../../shared/adapters/dynamodb/dynamo-outbox.ts';
import { dynamoPeers } from '../../../shared/adapters/dynamodb/dynamo-peers.ts';
import { dynamoSessions } from '../../../shared/adapters/dynamodb/dynamo-sessions.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';
import { aSession, anId } from '../../support/builders/session.ts';
import { startMediaBucket } from '../../support/media-bucket.ts';
import { awsEnvironment, startDynamo } from '../../support/dynamodb.ts';
import { startServerDouble } from '../../support/server-double.ts';

export const OWN_NUMBER = '+4930123456';

/**
 * Tables, an instance that writes down its calls, and the environment the API's entries read. Start it before loading
 * an entry: that is when the environment is read.
 */
export async function startApiWorld() {
  const instanceAnswer: { status: number; body?: unknown } = { status: 202 };
  const [dynamo, secrets, instance, bucket] = await Promise.all([
    startDynamo(),
    startServerDouble({ body: { SecretString: 'nudge-secret' } }),
    startServerDouble(instanceAnswer),
    startMediaBucket(),
  ]);
  const { doc, tables } = dynamo;
  Object.assign(process.env, awsEnvironment(dynamo.endpoint), {
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    CORE_TABLE: tables.core,
    MESSAGES_TABLE: tables.messages,
    REGISTRY_TABLE: tables.registry,
    NUDGE_SECRET_ARN: 'arn:nudge',
    MEDIA_BUCKET: bucket.name,
    AWS_ENDPOINT_URL_S3: bucket.endpoint,
    META_SENDS_QUEUE_URL: 'http://127.0.0.1:9/meta-sends', // nothing here sends through Meta
  });
  const instanceId = anId('ins');
  const registry = dynamoInstanceRegistry(doc, tables.registry);
  const lease = await registry.register({ id: instanceId, url: instance.url, zone: 'a', capacity: 9, version: 'test' }, 600_000);
  await registry.renew(lease, { state: 'ready', load: { sessions: 0, memoryBytes: 0, eventLoopLagMs: 0 } }, 600_000);
  const sessions = dynamoSessions(doc, tables.core);

  return {
    dynamo,
    instance,
    /** What the instance answers from now on. */
    instanceAnswer,
    bucket,
    sessions,
    outbox: dynamoOutbox(doc, tables),
    messages: dynamoMessages(doc, tables.messages),
    chats: dynamoChats(doc, tables.messages),
    peers: dynamoPeers(doc, tables.messages),
    /** A session that is connected on the instance; the first of its workspace is the primary one. */
    connectedSession: (workspaceId: string, change: Partial<Session> = {}) =>
      sessions.insert(aSession({ workspaceId, id: anId('ses'), status: 'connected', phoneNumber: OWN_NUMBER, instanceId, fencingToken: 1, ...change })),
    stop: () => Promise.all([dynamo.stop(), secrets.stop(), instance.stop(), bucket.stop()]),
  };
}
export type ApiWorld = Awaited<ReturnType<typeof startApiWorld>>;
