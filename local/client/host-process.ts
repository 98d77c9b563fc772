import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { until } from './until.ts';

/** What a running host writes to `<data-dir>/local.json`. */
export const LocalJson = z.object({
  api: z.url(),
  realtime: z.string().nullable(),
  console: z.string().nullable(),
  whatsapp: z.url().nullable(),
  meta: z.url().nullable(),
  apiKey: z.string(),
  operatorKey: z.string(),
  otherApiKey: z.string(),
  workspaceId: z.string(),
  pid: z.int(),
  instances: z.array(z.object({ id: z.string(), pid: z.int(), url: z.url() })),
  endpoints: z.object({ dynamodb: z.url(), sqs: z.url(), ecs: z.url() }),
  tables: z.record(z.string(), z.string()),
});
export type LocalJson = z.infer<typeof LocalJson>;

const START_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 60_000;

export interface HostOptions {
  readonly dataDir: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Gets what the host prints, both streams. */
  readonly onOutput?: (text: string) => void;
}

/** `local.json` as it is now, `undefined` while there is none. */
export async function readLocalJson(dataDir: string): Promise<LocalJson | undefined> {
  const text = await readFile(join(dataDir, 'local.json'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : LocalJson.parse(JSON.parse(text));
}

/** A local host in a process of its own, as `npm start` runs it. */
export class HostProcess {
  readonly dataDir: string;
  readonly #child: ChildProcess;
  readonly #output: string[] = [];

  private constructor(dataDir: string, child: ChildProcess) {
    this.dataDir = dataDir;
    this.#child = child;
  }

  /** Starts it on free ports and waits until it is ready. Throws with what it printed if it is not in two minutes. */
  static async start({ dataDir, args = [], env = {}, onOutput }: HostOptions): Promise<HostProcess> {
    const entry = join(import.meta.dirname, '..', 'main.ts');
    const child = spawn(process.execPath, [entry, '--port', '0', '--data-dir', dataDir, ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    const host = new HostProcess(dataDir, child);
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        host.#output.push(text);
        onOutput?.(text);
      });
    await host.#ready();
    return host;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Everything it has printed. */
  get output(): string {
    return this.#output.join('');
  }

  /** What `local.json` says now: instances come and go. */
  async local(): Promise<LocalJson> {
    return until(() => readLocalJson(this.dataDir), { what: 'local.json' });
  }

  /** SIGTERM, and waits for the end; SIGKILL after a minute. Returns the exit code. */
  async stop(): Promise<number | null> {
    return this.#end('SIGTERM');
  }

  /** kill -9: nothing gets a chance to say goodbye. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return this.#child.exitCode;
    const force = setTimeout(() => this.#child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    const exit = once(this.#child, 'exit');
    this.#child.kill(signal);
    await exit;
    clearTimeout(force);
    return this.#child.exitCode;
  }

  async #ready(): Promise<void> {
    const { pid } = this;
    const waiting = until(
      async () => {
        if (this.#child.exitCode !== null) throw new Error(`The host ended with ${this.#child.exitCode}:\n${this.output}`);
        return (await readLocalJson(this.dataDir).catch(() => undefined))?.pid === pid;
      },
      { what: 'the host to be ready', timeoutMs: START_TIMEOUT_MS },
    );
    await waiting.catch(async (error: unknown) => {
      await this.kill();
      throw new Error(`The host did not start:\n${this.output}`, { cause: error });
    });
  }
}
