import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteMessageBatchCommand, ReceiveMessageCommand, type Message } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { AwsJsonServer } from '../../../local/aws-json/aws-json-server.ts';
import { masterKeyActions, openMasterKeys } from '../../../local/aws-json/master-keys.ts';
import { secretActions } from '../../../local/aws-json/secrets.ts';
import { MetaClient } from '../../../local/client/meta-client.ts';
import { listenLocally } from '../../../local/listen-locally.ts';
import { startMetaService } from '../../../local/meta/service.ts';
import type { Deployment, Resource } from '../../../local/template/deployment.ts';
import type { HttpHandler } from '../../../lambdas/http/http-api.ts';
import { dynamoWebhooks } from '../../../shared/adapters/dynamodb/dynamo-webhooks.ts';
import type { PublicEvent } from '../../../shared/contracts/public-event.ts';
import { callApi, lambdaContext, type ApiCall } from '../../support/api-event.ts';
import { aWebhook } from '../../support/builders/webhook.ts';
import { awsEnvironment, startDynamo } from '../../support/dynamodb.ts';
import { startMediaBucket } from '../../support/media-bucket.ts';
import { startQueues } from '../../support/sqs.ts';

export const APP_SECRET = 'the-app-secret';
export const VERIFY_TOKEN = 'the-verify-token';
const KEY_ID = '11111111-2222-3333-4444-555555555555';
export const secretArn = (name: string): string => `arn:aws:secretsmanager:eu-central-1:000000000000:secret:${name}-x`;

/** KMS and Secrets Manager, to the real SDK clients. */
export async function startSecurity() {
  const folder = await mkdtemp(join(tmpdir(), 'blazz-meta-'));
  const key = { ref: KEY_ID, name: KEY_ID, arn: `arn:aws:kms:eu-central-1:000000000000:key/${KEY_ID}` } as Resource;
  const deployment: Deployment = { region: 'eu-central-1', list: (type) => (type === 'AWS::KMS::Key' ? [key] : []), assetFolder: () => '' };
  const actions = {
    ...masterKeyActions(await openMasterKeys(deployment, join(folder, 'keys.json'))),
    ...secretActions(new Map([[secretArn('app'), APP_SECRET], [secretArn('verify'), VERIFY_TOKEN], [secretArn('nudge'), 'nudge']])),
  };
  const server = await AwsJsonServer.start(() => actions);
  const stop = async (): Promise<void> => {
    await server.stop();
    await rm(folder, { recursive: true });
  };
  return { keyArn: key.arn, endpoint: server.endpoint, stop };
}

/** Passes webhooks of the simulated Meta to the entry, as API Gateway does. */
async function startGateway(handler: () => HttpHandler): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      const answer = await callApi(handler(), request.method ?? 'GET', request.url ?? '/', { workspaceId: null, headers, ...(chunks.length > 0 && { body: Buffer.concat(chunks).toString() }) });
      response.writeHead(answer.status).end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body));
    })();
  });
  return { server, url: `http://127.0.0.1:${await listenLocally(server, 0)}/v1/ingest/meta` };
}

const recordOf = ({ MessageId, ReceiptHandle, Body, Attributes }: Message): SQSRecord =>
  ({ messageId: MessageId, receiptHandle: ReceiptHandle, body: Body, attributes: { ...Attributes } }) as unknown as SQSRecord;

/** Everything around numbers at Meta on emulators: tables, queues, KMS, secrets, the simulated Meta, and the real entries. */
export async function startMetaWorld() {
  const [dynamo, queues, security, service, bucket] = await Promise.all([startDynamo(), startQueues(), startSecurity(), startMetaService(), startMediaBucket()]);
  const eventsUrl = await queues.createFifo('session-events.fifo');
  Object.assign(process.env, awsEnvironment(dynamo.endpoint), {
    AWS_ENDPOINT_URL_SQS: queues.endpoint,
    AWS_ENDPOINT_URL_KMS: security.endpoint,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: security.endpoint,
    AWS_ENDPOINT_URL_S3: bucket.endpoint,
    MEDIA_BUCKET: bucket.name,
    CORE_TABLE: dynamo.tables.core,
    MESSAGES_TABLE: dynamo.tables.messages,
    REGISTRY_TABLE: dynamo.tables.registry,
    NUDGE_SECRET_ARN: secretArn('nudge'),
    META_SENDS_QUEUE_URL: 'http://127.0.0.1:9/meta-sends', // nothing here sends through Meta
    META_APP_SECRET_ARN: secretArn('app'),
    META_VERIFY_TOKEN_ARN: secretArn('verify'),
    CREDENTIALS_KEY_ARN: security.keyArn,
    META_GRAPH_URL: service.graph,
    SESSION_EVENTS_QUEUE_URL: eventsUrl,
    WEBHOOK_DELIVERIES_QUEUE_URL: await queues.create('deliveries'),
    WEBSOCKET_PUSHES_QUEUE_URL: await queues.create('pushes'),
    CAMPAIGN_STATS_QUEUE_URL: await queues.create('stats'),
  });
  // one after the other: Jest links modules that are imported side by side wrongly
  const { handler: sessionsApi } = await import('../../../lambdas/api/sessions/sessions.handler.ts');
  const { handler: templatesApi } = await import('../../../lambdas/api/templates/templates.handler.ts');
  const { handler: chatsApi } = await import('../../../lambdas/api/chats/chats.handler.ts');
  const { handler: ingest } = await import('../../../lambdas/api/meta-ingest/meta-ingest.handler.ts');
  const { handler: consume } = await import('../../../lambdas/queues/session-events/session-events.handler.ts');
  const gateway = await startGateway(() => ingest);
  service.configure({ webhookUrl: gateway.url, appSecret: APP_SECRET, verifyToken: VERIFY_TOKEN });

  /** Feeds the consumer once. How many batches it got. */
  async function consumeSome(): Promise<number> {
    const { Messages = [] } = await queues.client.send(new ReceiveMessageCommand({ QueueUrl: eventsUrl, MaxNumberOfMessages: 10, MessageSystemAttributeNames: ['All'] }));
    if (Messages.length === 0) return 0;
    const { batchItemFailures } = await consume({ Records: Messages.map(recordOf) }, lambdaContext());
    if (batchItemFailures.length > 0) throw new Error(`${batchItemFailures.length} batches were not applied`);
    await queues.client.send(new DeleteMessageBatchCommand({ QueueUrl: eventsUrl, Entries: Messages.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle })) }));
    return Messages.length;
  }

  return {
    dynamo,
    meta: new MetaClient(service.control),
    sessions: (method: string, target: string, call: ApiCall = {}) => callApi(sessionsApi, method, target, call),
    templates: (method: string, target: string, call: ApiCall = {}) => callApi(templatesApi, method, target, call),
    chats: (target: string, call: ApiCall = {}) => callApi(chatsApi, 'GET', target, call),
    ingest: (method: string, target: string, call: ApiCall = {}) => callApi(ingest, method, target, { workspaceId: null, ...call }),
    consume: (records: readonly SQSRecord[]) => consume({ Records: [...records] }, lambdaContext()),
    /** Applies everything that lies on the queue. How many batches that were. */
    async settle(): Promise<number> {
      let all = 0;
      for (let some = await consumeSome(); some > 0; some = await consumeSome()) all += some;
      return all;
    },
    /** Has every public event of a workspace kept. */
    listen: (workspaceId: string) => dynamoWebhooks(dynamo.doc, dynamo.tables.core).insert(aWebhook({ workspaceId })),
    /** The public events of a workspace that listens, of one type. */
    async events(workspaceId: string, type: string): Promise<readonly PublicEvent[]> {
      const items = await dynamo.scan('core');
      const events = items.filter((item) => String(item['sk']).startsWith('DLV#') && item['workspaceId'] === workspaceId).map((item) => item['event'] as PublicEvent | string);
      return events.map((event) => (typeof event === 'string' ? (JSON.parse(event) as PublicEvent) : event)).filter((event) => event.type === type);
    },
    async stop(): Promise<void> {
      gateway.server.closeAllConnections();
      gateway.server.close();
      await Promise.all([service.stop(), dynamo.stop(), queues.stop(), security.stop(), bucket.stop()]);
    },
  };
}
export type MetaWorld = Awaited<ReturnType<typeof startMetaWorld>>;
