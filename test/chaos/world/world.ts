import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlazzClient } from '../../../local/client/blazz-client.ts';
import { HostProcess, readLocalJson, type LocalJson } from '../../../local/client/host-process.ts';
import { PhonesClient } from '../../../local/client/phones-client.ts';
import { processTree } from '../../bench/process-tree.ts';
import { SimulatedService } from '../../support/simulated-service.ts';
import { Clocks } from './clocks.ts';
import { startEmulators, type Emulators } from './emulators.ts';
import { signalAll } from './processes.ts';
import { SnapshotStore } from './snapshot-store.ts';

export interface WorldOptions {
  readonly instances: number;
  /** Tuning of the fleet, as the host's environment. */
  readonly env: Readonly<Record<string, string>>;
}

export type InstanceProcess = LocalJson['instances'][number];

/**
 * All of Blazz in a process of its own, as `npm start` runs it, with tables, queues and the simulated WhatsApp outside of
 * it: whatever of Blazz is killed, they stay, as AWS and WhatsApp would.
 */
export class World {
  readonly dataDir: string;
  readonly emulators: Emulators;
  readonly phones: PhonesClient;
  readonly clocks: Clocks;
  readonly store: SnapshotStore;
  readonly #service: SimulatedService;
  readonly #options: WorldOptions;
  #host: HostProcess | undefined;
  #local: LocalJson | undefined;

  private constructor(dataDir: string, parts: Parts, options: WorldOptions) {
    this.dataDir = dataDir;
    this.emulators = parts.emulators;
    this.store = parts.store;
    this.#service = parts.service;
    this.phones = new PhonesClient(parts.service.address.control);
    this.clocks = new Clocks(join(dataDir, 'clocks'));
    this.#options = options;
  }

  /** Throws, with everything ended again, if the host does not start. */
  static async start(options: WorldOptions): Promise<World> {
    const dataDir = await mkdtemp(join(tmpdir(), 'blazz-chaos-'));
    const world = new World(dataDir, await startParts(dataDir), options);
    await world.startHost().catch(async (error: unknown) => {
      await world.close();
      throw error;
    });
    return world;
  }

  get blazz(): BlazzClient {
    return new BlazzClient(this.#running.api, this.#running.apiKey);
  }

  /** Those that are ready now. */
  async instances(): Promise<readonly InstanceProcess[]> {
    return (await readLocalJson(this.dataDir))?.instances ?? [];
  }

  get wantedInstances(): number {
    return this.#options.instances;
  }

  /** On the same data; it must not be running. */
  async startHost(): Promise<void> {
    const { page, spki } = this.#service.address;
    const { dynamodb, sqs } = this.emulators;
    this.#host = await HostProcess.start({
      dataDir: this.dataDir,
      args: [
        '--instances', String(this.#options.instances),
        '--dynamodb-endpoint', dynamodb.url, '--sqs-endpoint', sqs.url,
        '--whatsapp-address', page, '--whatsapp-spki', spki,
      ],
      env: { ...this.#options.env, FLEET_NODE_OPTIONS: this.clocks.nodeOptions },
    });
    this.#local = await this.#host.local();
  }

  /** kill -9: what it started ends with it. */
  async killHost(): Promise<void> {
    await this.#host?.kill();
    this.#host = undefined;
  }

  /** Ends everything. `keep`: the data directory stays, for whoever looks into a failure. */
  async close({ keep = false } = {}): Promise<void> {
    for (const { pid } of await this.instances()) signalAll((await processTree(pid)).map((one) => one.pid), 'SIGCONT'); // what is frozen does not end
    await this.#host?.stop();
    await this.#service.stop();
    await this.emulators.stop();
    await this.store.close();
    if (!keep) await rm(this.dataDir, { recursive: true, force: true, maxRetries: 3 });
  }

  get #running(): LocalJson {
    if (!this.#local) throw new Error('The host has not started');
    return this.#local;
  }
}

interface Parts {
  readonly emulators: Emulators;
  readonly service: SimulatedService;
  readonly store: SnapshotStore;
}

async function startParts(dataDir: string): Promise<Parts> {
  const emulators = await startEmulators();
  const service = await SimulatedService.start(join(dataDir, 'whatsapp'));
  return { emulators, service, store: await SnapshotStore.open(join(dataDir, 'efs')) };
}
