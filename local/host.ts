import { rm, rmdir } from 'node:fs/promises';
import { ApiGateway } from './api-gateway/api-gateway.ts';
import type { RestApi } from './api-gateway/rest-api.ts';
import type { Actions } from './aws-json/aws-json-server.ts';
import { pause } from './children/backoff.ts';
import { killEverything, killLeftovers } from './children/host-mark.ts';
import { findDataDir, makeTemporaryFolder, openDataDir, type DataDir } from './data-dir/data-dir.ts';
import { takeHostLock } from './data-dir/host-lock.ts';
import { deploy, type Deployed } from './deploy.ts';
import type { HostContext } from './host-context.ts';
import { LocalJson, type LocalView } from './local-json.ts';
import type { Options } from './options.ts';
import { startEmulators, type Emulators } from './start-emulators.ts';
import { StartError } from './start-error.ts';
import { startFleet } from './start-fleet.ts';

const HEALTH_LIMIT_MS = 30_000;
const HEALTH_PAUSE_MS = 50;
const HEALTH_TRY_MS = 5_000;

/** All of Blazz on this machine. `stop` may be called at any time, while it starts too. */
export class Host {
  readonly #options: Options;
  readonly #closing = new AsyncDisposableStack();
  readonly #stopping = new AbortController();
  #gateway: ApiGateway | undefined;
  #localJson: LocalJson | undefined;
  #dataDir: string | undefined;
  #starting: Promise<LocalView> | undefined;
  #ending: Promise<void> | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Absolute. Throws before it is open. */
  get dataDir(): string {
    if (this.#dataDir === undefined) throw new Error('The data directory is not open yet');
    return this.#dataDir;
  }

  /** Resolves when everything is ready and local.json says so. Throws a StartError for what the user can put right. */
  start(): Promise<LocalView> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  /** Ends everything it started, and waits for that. */
  stop(): Promise<void> {
    this.#ending ??= this.#stop();
    return this.#ending;
  }

  /** Kills every process it started, at once. */
  killChildren(): void {
    if (this.#dataDir !== undefined) killEverything(this.#dataDir);
  }

  async #start(): Promise<LocalView> {
    const dir = await this.#openDataDir();
    const { signal } = this.#stopping;
    await this.#localJson?.clear();
    this.#gateway = await ApiGateway.listen(this.#options.port);
    const context: HostContext = { options: this.#options, dir, closing: this.#closing, signal };
    const emulators = await startEmulators(context);
    signal.throwIfAborted();
    const deployed = await deploy(context, emulators);
    signal.throwIfAborted();
    return this.#open(context, emulators, deployed);
  }

  async #openDataDir(): Promise<DataDir> {
    const { dataDir, isEphemeral } = this.#options;
    const named = await findDataDir(dataDir);
    if (isEphemeral) this.#closing.defer(() => rmdir(named.root).catch(() => undefined)); // unless something else lies in it
    this.#closing.defer(await takeHostLock(named.lock, named.root));
    this.#localJson = new LocalJson(named.localJson);
    const dir = await (isEphemeral ? this.#temporary() : openDataDir(named.root));
    this.#dataDir = dir.root; // from here on what carries its mark is ours to kill
    await killLeftovers(dir.root);
    return dir;
  }

  async #temporary(): Promise<DataDir> {
    const root = await makeTemporaryFolder();
    this.#closing.defer(() => rm(root, { recursive: true, force: true, maxRetries: 3 }));
    return openDataDir(root);
  }

  /** Starts the fleet, opens the API, and tells the world. */
  async #open(context: HostContext, emulators: Emulators, deployed: Deployed): Promise<LocalView> {
    const { api, functions, schedules } = deployed;
    const gateway = this.#requireGateway();
    gateway.serve(api, functions);
    emulators.meta?.configure({ webhookUrl: `${gateway.url}/v1/ingest/meta`, ...deployed.metaSecrets });
    emulators.addActions(cacheActions(api, gateway));
    const fleet = await startFleet(context, emulators, deployed, gateway.url, (instances) => void this.#localJson?.update({ instances }));
    context.signal.throwIfAborted();
    this.#closing.defer(() => schedules.stop());
    schedules.start();
    await untilHealthy(gateway.url, context.signal);
    const view = viewOf(gateway.url, emulators, deployed);
    await this.#localJson?.publish({ ...view, instances: fleet.instances });
    return { ...view, instances: fleet.instances };
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    await this.#starting?.catch(() => undefined);
    await this.#localJson?.clear();
    await this.#gateway?.stop();
    await this.#closing.disposeAsync();
  }

  #requireGateway(): ApiGateway {
    if (!this.#gateway) throw new Error('The API is not listening');
    return this.#gateway;
  }
}

/** What API Gateway's own API offers here. */
const cacheActions = ({ id, stage }: RestApi, gateway: ApiGateway): Actions => ({
  [`DELETE /restapis/${id}/stages/${stage}/cache/authorizers`]: () => {
    gateway.flushAuthorizers();
    return {};
  },
});

const viewOf = (
  api: string,
  { whatsapp, meta, dynamodbEndpoint, queues, ecsEndpoint }: Emulators,
  { keys, tables, realtime }: Deployed,
): Omit<LocalView, 'instances'> => ({
  api,
  realtime: realtime?.url ?? null,
  console: null,
  whatsapp: whatsapp?.control ?? null,
  meta: meta?.control ?? null,
  apiKey: keys.apiKey,
  operatorKey: keys.operatorKey,
  otherApiKey: keys.otherApiKey,
  workspaceId: keys.workspaceId,
  pid: process.pid,
  endpoints: { dynamodb: dynamodbEndpoint, sqs: queues.endpoint, ecs: ecsEndpoint },
  tables,
});

async function untilHealthy(api: string, signal: AbortSignal): Promise<void> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(HEALTH_LIMIT_MS)]);
  let last = 'no answer';
  while (!deadline.aborted) {
    const limit = AbortSignal.any([deadline, AbortSignal.timeout(HEALTH_TRY_MS)]);
    const response = await fetch(`${api}/health`, { signal: limit }).catch(() => undefined);
    if (response?.status === 200) return;
    if (response) last = `${response.status} ${await response.text()}`;
    await pause(HEALTH_PAUSE_MS, deadline);
  }
  signal.throwIfAborted();
  throw new StartError(`The API is not healthy: ${last}`);
}
