import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { Child } from '../children/child.ts';
import { killByVariable } from '../children/host-mark.ts';
import type { ServiceDeployment } from './service-deployment.ts';
import type { Slot } from './task-slots.ts';

export interface TaskOptions {
  readonly entry: string; // path of the fleet process's main module
  readonly profiles: string; // folder for the folders of tasks
  readonly environmentOf: (task: FleetTask) => Readonly<Record<string, string>>;
  readonly deployment: ServiceDeployment;
  readonly slot: Slot;
}

/** What an instance prints when it is ready. */
const Ready = z.object({ id: z.string(), url: z.url(), pid: z.int() });
export type ReadyInstance = z.infer<typeof Ready>;

const READY_LIMIT_MS = 60_000;
const PROFILE_DIR = 'PROFILE_DIR';
const CLEAR_UP = { recursive: true, force: true, maxRetries: 5, retryDelay: 50 } as const; // a killed browser's last writes

/**
 * One run of a fleet process, as ECS runs a task: with a disk of its own for browser profiles that goes when it ends,
 * and with everything it started.
 */
export class FleetTask {
  readonly id = randomUUID().replaceAll('-', '');
  readonly deployment: ServiceDeployment;
  readonly slot: Slot;
  readonly startedAtMs = Date.now();
  /** Resolves once it is known whether it became ready; one that does not in time is killed. */
  readonly ready: Promise<boolean>;
  /** Resolves once the process is gone and cleared up after. Never rejects. */
  readonly ended: Promise<void>;
  readonly #profileDir: string;
  readonly #launched: Promise<Child | undefined>;
  #lastLine = '';
  #instance: ReadyInstance | undefined;
  #isStopping = false;
  #protectedUntilMs = 0; // Unix ms

  /** Begins to run at once. */
  constructor(options: TaskOptions) {
    this.deployment = options.deployment;
    this.slot = options.slot;
    this.#profileDir = join(options.profiles, this.id.slice(0, 12));
    this.#launched = this.#launch(options).catch((error: unknown) => {
      this.slot.log.write(`The host could not start an instance: ${String(error)}\n`);
      return undefined;
    });
    this.ready = this.#launched.then((child) => child !== undefined && this.#becomesReady(child));
    this.ended = this.#end();
  }

  /** Known once it is ready. */
  get instance(): ReadyInstance | undefined {
    return this.#instance;
  }

  /** On its way out: it counts for nothing any more. */
  get isStopping(): boolean {
    return this.#isStopping;
  }

  get isProtected(): boolean {
    return this.#protectedUntilMs > Date.now();
  }

  get protectedUntilMs(): number {
    return this.#protectedUntilMs;
  }

  /** Spared by scale-in and deployments until then; 0: not spared. */
  protectUntil(ms: number): void {
    this.#protectedUntilMs = ms;
  }

  /** The last thing it said. */
  get lastLine(): string {
    return this.#lastLine;
  }

  /** Lets it drain for at most `limitMs`. */
  async stop(limitMs: number): Promise<void> {
    this.#isStopping = true;
    await (await this.#launched)?.stop(limitMs);
    await this.ended;
  }

  async #launch({ entry, environmentOf }: TaskOptions): Promise<Child | undefined> {
    await mkdir(this.#profileDir, { recursive: true, mode: 0o700 });
    if (this.#isStopping) return undefined;
    const env = { ...environmentOf(this), [PROFILE_DIR]: this.#profileDir };
    return Child.spawn({ command: process.execPath, args: [entry], env, log: this.slot.log });
  }

  async #becomesReady(child: Child): Promise<boolean> {
    const line = await child.firstLine(READY_LIMIT_MS);
    this.#instance = line === undefined ? undefined : parseReady(line);
    if (!this.#instance) await child.kill();
    return this.#instance !== undefined;
  }

  async #end(): Promise<void> {
    const child = await this.#launched;
    await child?.exited;
    this.#lastLine = child?.lastLine ?? '';
    await killByVariable(PROFILE_DIR, this.#profileDir);
    await rm(this.#profileDir, CLEAR_UP).catch(() => undefined); // the next start of the host clears what is left
  }
}

function parseReady(line: string): ReadyInstance | undefined {
  try {
    return Ready.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
