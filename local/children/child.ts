import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { LogFile } from '../log-file.ts';
import { within } from './within.ts';

export interface ChildOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: LogFile; // takes what it prints
}

const LAST_LINES_KEPT = 4_000; // characters
const LONGEST_LINE = 64_000;
const KILL_GRACE_MS = 5_000;
const LAST_WORDS_MS = 300; // for output still in the pipe, which a child of the child may hold open

/**
 * A process of ours in a process group of its own, so that a Ctrl-C in the terminal reaches the host alone. It holds
 * one end of a pipe as its stdin: when the host dies by whatever cause, the pipe closes and the child can tell.
 */
export class Child {
  readonly pid: number;
  /** Resolves when the process is gone and what it printed has been read. Never rejects. */
  readonly exited: Promise<void>;
  readonly #process: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #firstLine = Promise.withResolvers<string>();
  #lastOutput = '';
  #hasExited = false;

  private constructor(process: ChildProcessByStdio<Writable, Readable, Readable>, pid: number) {
    this.#process = process;
    this.pid = pid;
    this.exited = new Promise((resolve) => {
      process.once('close', resolve);
      process.once('exit', () => {
        this.#hasExited = true;
        process.stdin.destroy();
        setTimeout(resolve, LAST_WORDS_MS);
      });
    });
  }

  /** Throws when the command cannot be run at all. */
  static async spawn({ command, args, env, log }: ChildOptions): Promise<Child> {
    const child = spawn(command, args, { env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    child.on('error', () => undefined); // a failed kill: its exit is what counts
    child.stdin.on('error', () => undefined);
    const started = new Child(child, child.pid ?? 0);
    started.#keepOutput(log);
    return started;
  }

  get hasExited(): boolean {
    return this.#hasExited;
  }

  /** The last line it printed, for an error message. */
  get lastLine(): string {
    return this.#lastOutput.trimEnd().split('\n').at(-1)?.trim() ?? '';
  }

  /** The first line on its stdout. `undefined`: it ended, or the time passed, before there was one. */
  firstLine(limitMs: number): Promise<string | undefined> {
    return within(limitMs, Promise.race([this.#firstLine.promise, this.exited.then(() => undefined)]));
  }

  /** SIGTERM, and after `limitMs` SIGKILL to its whole group. */
  async stop(limitMs: number): Promise<void> {
    if (this.#hasExited) return;
    this.#process.kill('SIGTERM');
    await within(limitMs, this.exited);
    await this.kill();
  }

  /** SIGKILL to its whole group, whoever is left of it. */
  async kill(): Promise<void> {
    killGroup(this.pid);
    await within(KILL_GRACE_MS, this.exited);
  }

  #keepOutput(log: LogFile): void {
    const keep = (chunk: Buffer): void => {
      log.write(chunk);
      this.#lastOutput = (this.#lastOutput + chunk.toString()).slice(-LAST_LINES_KEPT);
    };
    this.#process.stdout.on('data', keep);
    this.#process.stderr.on('data', keep);
    this.#awaitFirstLine();
  }

  #awaitFirstLine(): void {
    let text = '';
    const onData = (chunk: Buffer): void => {
      text += chunk.toString();
      const end = text.indexOf('\n');
      if (end < 0 && text.length < LONGEST_LINE) return;
      this.#process.stdout.off('data', onData);
      this.#firstLine.resolve(text.slice(0, end < 0 ? LONGEST_LINE : end));
    };
    this.#process.stdout.on('data', onData);
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // the group is gone already
  }
}
