import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { Child } from '../children/child.ts';
import { killByVariable } from '../children/host-mark.ts';
import type { LogFile } from '../log-file.ts';

export interface TaskOptions {
  readonly entry: string; // path of the fleet process's main module
  readonly environment: Readonly<Record<string, string>>;
  readonly profiles: string; // folder for the folders of tasks
  readonly log: LogFile;
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
  readonly id: string;
  readonly startedAtMs = Date.now();
  /** Resolves once the process is gone and cleared up after. */
  readonly ended: Promise<void>;
  readonly #child: Child;
  readonly #profileDir: string;
  #instance: ReadyInstance | undefined;

  private constructor(id: string, child: Child, profileDir: string) {
    this.id = id;
    this.#child = child;
    this.#profileDir = profileDir;
    this.ended = child.exited.then(() => this.#clearUp());
  }

  static async launch({ entry, environment, profiles, log }: TaskOptions): Promise<FleetTask> {
    const id = randomUUID().replaceAll('-', '');
    const profileDir = join(profiles, id.slice(0, 12));
    await mkdir(profileDir, { recursive: true, mode: 0o700 });
    const env = { ...environment, [PROFILE_DIR]: profileDir };
    return new FleetTask(id, await Child.spawn({ command: process.execPath, args: [entry], env, log }), profileDir);
  }

  get instance(): ReadyInstance | undefined {
    return this.#instance;
  }

  get lastLine(): string {
    return this.#child.lastLine;
  }

  /** Waits until the instance says it is ready; one that does not in time is killed. `false`: it ended instead. */
  async becomesReady(): Promise<boolean> {
    const line = await this.#child.firstLine(READY_LIMIT_MS);
    this.#instance = line === undefined ? undefined : parseReady(line);
    if (!this.#instance) await this.#child.kill();
    return this.#instance !== undefined;
  }

  /** Lets it drain for at most `limitMs`. */
  async stop(limitMs: number): Promise<void> {
    await this.#child.stop(limitMs);
    await this.ended;
  }

  async #clearUp(): Promise<void> {
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
