import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { dynamoApiKeys } from '../shared/adapters/dynamodb/dynamo-api-keys.ts';
import { dynamoWorkspaces } from '../shared/adapters/dynamodb/dynamo-workspaces.ts';
import type { TableNames } from '../shared/adapters/dynamodb/table-names.ts';
import { readRestApi, type RestApi } from './api-gateway/rest-api.ts';
import { masterKeyActions, openMasterKeys } from './aws-json/master-keys.ts';
import { openSecrets, secretActions } from './aws-json/secrets.ts';
import { CorsConfiguration } from './buckets/cors.ts';
import { createTables } from './dynamodb/tables.ts';
import { fileSystemActions } from './efs/file-systems.ts';
import { EventSources } from './event-sources/event-sources.ts';
import { queueMappings } from './event-sources/queue-mappings.ts';
import { readService, type ServiceSpec } from './fleet/task-definition.ts';
import { functionSpecs } from './functions/function-specs.ts';
import { Functions } from './functions/functions.ts';
import { openLog, type HostContext } from './host-context.ts';
import { createQueues } from './queues/create-queues.ts';
import { Schedules } from './schedules/schedules.ts';
import { seed, type SeedKeys } from './seed.ts';
import type { Emulators } from './start-emulators.ts';
import { resolveDeployment, type Deployment } from './template/deployment.ts';
import { readWebSocketApi } from './websocket-api/websocket-api.ts';
import { WebSocketGateway } from './websocket-api/websocket-gateway.ts';

/** The template, deployed on this machine. */
export interface Deployed {
  readonly api: RestApi;
  readonly functions: Functions;
  readonly schedules: Schedules;
  readonly realtime: WebSocketGateway | undefined;
  readonly service: ServiceSpec;
  readonly tables: TableNames;
  /** Of what is reported over HTTP. */
  readonly ingestSecretArn: string;
  readonly keys: SeedKeys;
  /** What webhooks of Meta are known by. */
  readonly metaSecrets: MetaSecrets;
}

export interface MetaSecrets {
  readonly appSecret: string;
  readonly verifyToken: string;
}

const DRAIN_LIMIT_MS = 10_000;

/** The tables by the part they play: the fleet is told all three. */
function tablesOf({ revision: { declared } }: ServiceSpec): TableNames {
  const { CORE_TABLE: core, MESSAGES_TABLE: messages, REGISTRY_TABLE: registry } = declared;
  if (!core || !messages || !registry) throw new Error('The task definition names no tables');
  return { core, messages, registry };
}

function ingestSecretOf(deployment: Deployment): string {
  const secret = deployment.list('AWS::SecretsManager::Secret').find(({ logicalId }) => logicalId === 'IngestSecret');
  if (!secret) throw new Error('The template has no secret called IngestSecret');
  return secret.arn;
}

/** The host's own client: what it makes here, others then find through their environment. */
async function fillTables(deployment: Deployment, endpoint: string, service: ServiceSpec, keysPath: string): Promise<SeedKeys> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region: deployment.region, credentials });
  try {
    await createTables(deployment, client);
    const doc = DynamoDBDocumentClient.from(client);
    const { core } = tablesOf(service);
    return await seed(keysPath, { workspaces: dynamoWorkspaces(doc, core), apiKeys: dynamoApiKeys(doc, core) });
  } finally {
    client.destroy();
  }
}

async function listenForSockets({ closing }: HostContext, deployment: Deployment): Promise<WebSocketGateway | undefined> {
  const api = readWebSocketApi(deployment);
  const gateway = api && (await WebSocketGateway.listen(api));
  if (gateway) closing.defer(() => gateway.stop());
  return gateway;
}

function startFunctions(context: HostContext, deployment: Deployment, { aws, meta }: Emulators, realtime: WebSocketGateway | undefined): Functions {
  const { instances, maxInstances } = context.options;
  const chosen = { MIN_INSTANCES: String(instances), MAX_INSTANCES: String(maxInstances), ...(realtime && { REALTIME_ENDPOINT: realtime.callbackUrl }), ...(meta && { META_GRAPH_URL: meta.graph }) };
  const functions = new Functions(functionSpecs(deployment, { aws, chosen }), openLog(context, 'functions'));
  context.closing.defer(() => functions.stop());
  return functions;
}

function startEventSources(context: HostContext, deployment: Deployment, { queues }: Emulators, functions: Functions): void {
  const sources = new EventSources(queueMappings(deployment), queues, functions, openLog(context, 'event-sources'));
  sources.start();
  context.closing.defer(async () => {
    await sources.drain(DRAIN_LIMIT_MS);
    await sources.stop();
  });
}

function metaSecretsOf(deployment: Deployment, secrets: ReadonlyMap<string, string>): MetaSecrets {
  const named = new Map(deployment.list('AWS::SecretsManager::Secret').map(({ logicalId, arn }) => [logicalId, secrets.get(arn) ?? '']));
  return { appSecret: named.get('MetaAppSecret') ?? '', verifyToken: named.get('MetaVerifyToken') ?? '' };
}

/** Makes what the template declares, on the emulators. */
export async function deploy(context: HostContext, emulators: Emulators): Promise<Deployed> {
  const { assembly, queues, buckets, dynamodbEndpoint } = emulators;
  const { dir } = context;
  const deployment = resolveDeployment(assembly, queues.endpoint);
  const secrets = await openSecrets(deployment, dir.secrets);
  emulators.addActions(secretActions(secrets));
  emulators.addActions(masterKeyActions(await openMasterKeys(deployment, dir.masterKeys)));
  emulators.addActions(fileSystemActions(deployment, dir.snapshots));
  const service = readService(deployment, secrets);
  await createQueues(deployment, queues);
  for (const { name, properties } of deployment.list('AWS::S3::Bucket')) buckets?.create(name, CorsConfiguration.parse(properties['CorsConfiguration']).CorsRules);
  const keys = await fillTables(deployment, dynamodbEndpoint, service, dir.keys);
  const realtime = await listenForSockets(context, deployment);
  const functions = startFunctions(context, deployment, emulators, realtime);
  startEventSources(context, deployment, emulators, functions);
  realtime?.serve(functions);
  context.closing.defer(async () => realtime?.closeSockets());
  return {
    api: readRestApi(deployment),
    functions,
    schedules: new Schedules(deployment, functions),
    realtime,
    service,
    tables: tablesOf(service),
    ingestSecretArn: ingestSecretOf(deployment),
    keys,
    metaSecrets: metaSecretsOf(deployment, secrets),
  };
}
