import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlazzClient } from '../../local/client/blazz-client.ts';
import { type HostOptions, HostProcess, type LocalJson } from '../../local/client/host-process.ts';
import { PhonesClient } from '../../local/client/phones-client.ts';

export interface StackOptions extends Pick<HostOptions, 'args' | 'env'> {
  /** The folder in which the data directory is made; default: the system's for temporary files. */
  readonly under?: string;
}

/** A whole Blazz on free ports in a temporary folder, as `npm start` runs it, for tests that know only its HTTP. */
export class Stack {
  readonly dataDir: string;
  readonly #options: StackOptions;
  #host: HostProcess | undefined;
  #local: LocalJson | undefined;

  private constructor(dataDir: string, options: StackOptions) {
    this.dataDir = dataDir;
    this.#options = options;
  }

  static async start(options: StackOptions = {}): Promise<Stack> {
    const stack = new Stack(await mkdtemp(join(options.under ?? tmpdir(), 'blazz-e2e-')), options);
    await stack.restart().catch(async (error: unknown) => {
      await stack.close();
      throw error;
    });
    return stack;
  }

  get host(): HostProcess {
    if (!this.#host) throw new Error('The host is not running');
    return this.#host;
  }

  get local(): LocalJson {
    if (!this.#local) throw new Error('The host is not running');
    return this.#local;
  }

  get blazz(): BlazzClient {
    return new BlazzClient(this.local.api, this.local.apiKey);
  }

  get operator(): BlazzClient {
    return new BlazzClient(this.local.api, this.local.operatorKey);
  }

  get stranger(): BlazzClient {
    return new BlazzClient(this.local.api, this.local.otherApiKey);
  }

  get phones(): PhonesClient {
    return new PhonesClient(this.local.whatsapp ?? '');
  }

  /** Starts the host on the same data; it must not be running. */
  async restart(): Promise<void> {
    const { args, env } = this.#options;
    this.#host = await HostProcess.start({ dataDir: this.dataDir, ...(args && { args }), ...(env && { env }) });
    this.#local = await this.#host.local();
  }

  async close(): Promise<void> {
    await this.#host?.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
