import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import readline from 'node:readline';
import * as z from 'zod';

const ROOT = path.join(import.meta.dirname, '../..');
const ANSWER_LIMIT_MS = 15_000;

const Ready = z.object({ control: z.url(), page: z.string(), spki: z.string(), pid: z.int() });
// The answers differ by call; the assertions look at the fields they need.
export type Json = any; // eslint-disable-line typescript/no-explicit-any

export interface Answer {
  readonly status: number;
  readonly body: Json;
}

/** The simulated service as a process of its own, as everybody runs it. */
export class SimulatedService {
  readonly #child: ChildProcess;
  readonly address: z.infer<typeof Ready>;

  constructor(child: ChildProcess, address: z.infer<typeof Ready>) {
    this.#child = child;
    this.address = address;
  }

  /** With the `ports` of an earlier one its pages find back to it. */
  static async start(dataDir: string, { control = '0', page = '0' } = {}): Promise<SimulatedService> {
    const flags = ['--data-dir', dataDir, '--control-port', control, '--page-port', page];
    const child = spawn(process.execPath, ['local/whatsapp/main.ts', ...flags], {
      cwd: ROOT,
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, BLAZZ_PARENT_WATCH: '1', NODE_OPTIONS: '' },
    });
    if (!child.stdout) throw new Error('The service has no stdout');
    const lines = readline.createInterface({ input: child.stdout });
    const [line] = (await once(lines, 'line', { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) })) as [string];
    return new SimulatedService(child, Ready.parse(JSON.parse(line)));
  }

  get ports(): { control: string; page: string } {
    return { control: new URL(this.address.control).port, page: this.address.page.split(':')[1] ?? '0' };
  }

  async call(method: string, url: string, body?: unknown): Promise<Answer> {
    const response = await fetch(this.address.control + url, {
      method,
      signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
      ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  }

  /** As `call`, for calls that have to succeed. */
  async must(method: string, url: string, body?: unknown): Promise<Json> {
    const answer = await this.call(method, url, body);
    if (answer.status >= 300) throw new Error(`${method} ${url}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** Closes its stdin, as the death of this process would. Answers its exit code. */
  async endWithParent(): Promise<number | null> {
    const gone = once(this.#child, 'exit', { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });
    this.#child.stdin?.end();
    const [code] = (await gone) as [number | null];
    return code;
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill(signal);
    await gone;
  }
}
