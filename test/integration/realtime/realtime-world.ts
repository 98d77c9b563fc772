import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { SQSEvent } from 'aws-lambda';
import { RealtimeClient } from '../../../local/client/realtime-client.ts';
import { Functions } from '../../../local/functions/functions.ts';
import { LogFile } from '../../../local/log-file.ts';
import { WebSocketGateway } from '../../../local/websocket-api/websocket-gateway.ts';
import type { QueueHandler } from '../../../lambdas/queue/queue-handler.ts';
import { dynamoApiKeys } from '../../../shared/adapters/dynamodb/dynamo-api-keys.ts';
import type { Scope } from '../../../shared/contracts/api/common.ts';
import type { PublicEvent } from '../../../shared/contracts/public-event.ts';
import { derivedId } from '../../../shared/identity/derived-id.ts';
import { hashApiKey, newApiKey } from '../../../shared/identity/api-key.ts';
import { aPushJob } from '../../support/builders/realtime.ts';
import { anEvent } from '../../support/builders/webhook.ts';
import { lambdaContext } from '../../support/api-event.ts';
import { awsEnvironment, startDynamo } from '../../support/dynamodb.ts';

export type RealtimeWorld = Awaited<ReturnType<typeof startRealtimeWorld>>;

const ENTRY = join(import.meta.dirname, '../../../lambdas/websocket/connections/connections.handler.ts');
const FUNCTION_ARN = 'arn:aws:lambda:eu-central-1:000000000000:function:connections';
const NOWHERE = 'http://127.0.0.1:1/queue';

/** The WebSocket gateway of the local host before the entry of connections, and the entries that push through it. */
export async function startRealtimeWorld() {
  const dynamo = await startDynamo();
  const { core, messages } = dynamo.tables;
  const folder = await mkdtemp(join(tmpdir(), 'blazz-realtime-'));
  const log = new LogFile(join(folder, 'functions.log'));
  const routes = new Map(['$connect', '$disconnect', '$default'].map((key) => [key, FUNCTION_ARN]));
  const gateway = await WebSocketGateway.listen({ id: 'api', stage: 'live', routeField: 'action', routes });
  const environment = {
    ...awsEnvironment(dynamo.endpoint),
    CORE_TABLE: core,
    MESSAGES_TABLE: messages,
    REALTIME_ENDPOINT: gateway.callbackUrl,
    WEBSOCKET_PUSHES_QUEUE_URL: NOWHERE,
  };
  const spec = {
    bundle: pathToFileURL(ENTRY).href, exportName: 'handler', functionName: 'connections', functionArn: FUNCTION_ARN,
    memoryMiB: 256, timeoutMs: 28_000, maxConcurrency: 4, environment,
  };
  const functions = new Functions([spec], log);
  gateway.serve(functions);
  Object.assign(process.env, environment);
  const { handler: push } = (await import('../../../lambdas/queues/websocket-pushes/websocket-pushes.handler.ts')) as { handler: QueueHandler };
  const { handler: dropSilent } = (await import('../../../lambdas/schedules/drop-silent-connections/drop-silent-connections.handler.ts')) as unknown as {
    handler: (event: unknown, context: unknown) => Promise<void>;
  };
  const clients: RealtimeClient[] = [];
  let drawn = 0;

  return {
    dynamo, gateway,

    async aKey(workspaceId: string, scopes: readonly Scope[] = ['messages:read', 'sessions:read']): Promise<string> {
      const key = newApiKey();
      const base = { id: `key_${drawn++}`, name: 'Key', preview: '', createdAt: 0, lastUsedAt: null };
      await dynamoApiKeys(dynamo.doc, core).insert({ ...base, workspaceId, scopes, hash: hashApiKey(key) });
      return key;
    },

    async open(query: Readonly<Record<string, string>>): Promise<RealtimeClient> {
      const client = await RealtimeClient.connect(gateway.url, query);
      clients.push(client);
      return client;
    },

    /** Publishes an event of now as the queue would bring it. */
    async happens(workspaceId: string, change: Partial<PublicEvent> = {}): Promise<PublicEvent> {
      const now = Date.now();
      const event = anEvent({ id: derivedId('evt', now, `happened ${drawn++}`), workspaceId, sessionId: 'ses_1', ...change });
      const body = JSON.stringify(aPushJob(now, [event], workspaceId));
      const attributes = { ApproximateReceiveCount: '1', MessageGroupId: 'ses_1' };
      const record = { messageId: event.id, receiptHandle: 'r', body, attributes, eventSource: 'aws:sqs' };
      const { batchItemFailures } = await push({ Records: [record] } as unknown as SQSEvent, lambdaContext());
      if (batchItemFailures.length > 0) throw new Error('The push failed');
      return event;
    },

    dropSilent: () => dropSilent({}, lambdaContext()),

    async stop(): Promise<void> {
      for (const client of clients) client.terminate();
      await gateway.closeSockets();
      await functions.stop();
      await gateway.stop();
      await log.close();
      await dynamo.stop();
      await rm(folder, { recursive: true });
    },
  };
}
