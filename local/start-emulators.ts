import { join } from 'node:path';
import { allStarted } from './all-started.ts';
import { AwsJsonServer, type Actions } from './aws-json/aws-json-server.ts';
import { awsEnvironment } from './aws-environment.ts';
import { startDynoxide, type Dynoxide } from './dynamodb/dynoxide.ts';
import { BucketServer } from './buckets/bucket-server.ts';
import { openLog, type HostContext } from './host-context.ts';
import { startMetaService, type MetaService } from './meta/service.ts';
import { QueueServer } from './queues/queue-server.ts';
import { REPOSITORY } from './repository.ts';
import { readAssembly, type Assembly } from './template/assembly.ts';
import { synthesize } from './template/synthesize.ts';
import { startWhatsappService, type WhatsappService } from './whatsapp-service.ts';

/** What takes the place of AWS and of WhatsApp, and the template to be run on it. */
export interface Emulators {
  readonly assembly: Assembly;
  readonly dynamodbEndpoint: string;
  readonly queues: QueueServer;
  readonly ecsEndpoint: string;
  /** `undefined`: the template has no buckets. */
  readonly buckets: BucketServer | undefined;
  readonly whatsapp: WhatsappService | undefined;
  /** `undefined`: the real one is used. */
  readonly meta: MetaService | undefined;
  /** For every process and function of ours. */
  readonly aws: Readonly<Record<string, string>>;
  /** Adds actions to the server that answers for KMS, Secrets Manager, ECS and EFS. */
  addActions(actions: Actions): void;
}

/** Shared by all hosts of this checkout: a test's empty data directory needs no synth of its own. */
const ASSEMBLY_CACHE = join(REPOSITORY, 'node_modules/.cache/blazz/cdk.out');

async function dynamodb(context: HostContext): Promise<Pick<Dynoxide, 'endpoint'>> {
  const { dir, closing, options } = context;
  if (options.endpoints.dynamodb !== undefined) return { endpoint: options.endpoints.dynamodb };
  const log = openLog(context, 'dynamodb');
  const dynoxide = await startDynoxide({ databasePath: dir.database, dataDir: dir.root, log });
  closing.defer(() => dynoxide.stop());
  return dynoxide;
}

async function whatsappService(context: HostContext): Promise<WhatsappService | undefined> {
  const { options, dir, closing } = context;
  if (options.whatsapp.kind !== 'simulator') return undefined;
  const log = openLog(context, 'whatsapp');
  const service = await startWhatsappService({ folder: dir.whatsapp, dataDir: dir.root, log });
  closing.defer(() => service.stop());
  return service;
}

async function metaService({ options, dir, closing }: HostContext): Promise<MetaService | undefined> {
  if (options.whatsapp.kind === 'live') return undefined;
  const service = await startMetaService(dir.meta);
  closing.defer(() => service.stop());
  return service;
}

async function template({ signal }: HostContext): Promise<Assembly> {
  return readAssembly(await synthesize(REPOSITORY, ASSEMBLY_CACHE, signal));
}

async function queueServer({ closing, options }: HostContext, region: string): Promise<QueueServer> {
  const { sqs } = options.endpoints;
  const server = sqs === undefined ? await QueueServer.start(region) : QueueServer.connect(sqs);
  closing.defer(() => server.stop());
  return server;
}

async function bucketServer({ closing, dir }: HostContext, { stacks }: Assembly): Promise<BucketServer | undefined> {
  const isNeeded = stacks.some(({ template }) => Object.values(template.Resources).some(({ Type }) => Type === 'AWS::S3::Bucket'));
  if (!isNeeded) return undefined;
  const server = await BucketServer.start(dir.buckets);
  closing.defer(() => server.stop());
  return server;
}

async function awsJsonServer({ closing }: HostContext, actions: () => Actions): Promise<AwsJsonServer> {
  const server = await AwsJsonServer.start(actions);
  closing.defer(() => server.stop());
  return server;
}

/** Starts everything that does not depend on what the template says. */
export async function startEmulators(context: HostContext): Promise<Emulators> {
  let actions: Actions = {};
  const [assembly, { endpoint: dynamodbEndpoint }, whatsapp, { endpoint: awsJson }] = await allStarted<
    [Assembly, Pick<Dynoxide, 'endpoint'>, WhatsappService | undefined, AwsJsonServer]
  >([template(context), dynamodb(context), whatsappService(context), awsJsonServer(context, () => actions)]);
  const queues = await queueServer(context, assembly.region);
  const buckets = await bucketServer(context, assembly);
  const meta = await metaService(context);
  const endpoints = { region: assembly.region, dynamodb: dynamodbEndpoint, sqs: queues.endpoint, s3: buckets?.endpoint, awsJson };
  return {
    assembly,
    dynamodbEndpoint,
    queues,
    ecsEndpoint: awsJson,
    buckets,
    whatsapp,
    meta,
    aws: awsEnvironment(endpoints),
    addActions(more) {
      actions = { ...actions, ...more };
    },
  };
}
