import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as z from 'zod';

const Ready = z.object({ control: z.url(), page: z.string(), spki: z.string() });

/** A simulated WhatsApp service of its own, which both sides of a comparison talk to. */
export class SimulatedService {
  /** Base URL of the control API. */
  readonly control: string;
  /** host:port of the page. */
  readonly page: string;
  readonly spki: string;
  readonly #child: ChildProcess;
  readonly #dataDir: string;

  private constructor(ready: z.infer<typeof Ready>, child: ChildProcess, dataDir: string) {
    this.control = ready.control;
    this.page = ready.page;
    this.spki = ready.spki;
    this.#child = child;
    this.#dataDir = dataDir;
  }

  static async start(): Promise<SimulatedService> {
    const dataDir = await mkdtemp(join(tmpdir(), 'blazz-bench-'));
    const entry = join(import.meta.dirname, '../../local/whatsapp/main.ts');
    const child = spawn(process.execPath, [entry, '--data-dir', dataDir, '--control-port', '0', '--page-port', '0'], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, BLAZZ_PARENT_WATCH: '1' },
    });
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    return new SimulatedService(Ready.parse(JSON.parse(line)), child, dataDir);
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
    await rm(this.#dataDir, { recursive: true, force: true });
  }
}
