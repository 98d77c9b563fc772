import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { connected, linkSession } from '../../local/client/link-session.ts';
import { until } from '../../local/client/until.ts';
import { findBrowser } from '../../fleet/whatsapp/webjs/browser-executable.ts';
import { Stack } from '../e2e/stack.ts';
import { type FlagChange, writeWrapper } from './browser-wrapper.ts';
import { type DensitySample, sample } from './density-sample.ts';

const FIRST_NUMBER = 49_152_300_000_00;
const CONNECT_TIMEOUT_MS = 180_000;
/** The second snapshot is taken 6 s after connecting; what comes after is rest. */
const SETTLE_MS = 12_000;

export interface DensityRound extends DensitySample {
  readonly connectSeconds: number;
}

/** One instance with linked sessions, whose browsers can be started again with other flags. */
export class DensityFleet {
  readonly #stack: Stack;
  readonly #wrapper: string;
  readonly #folder: string;
  readonly #sessionIds: string[] = [];

  private constructor(stack: Stack, folder: string, wrapper: string) {
    this.#stack = stack;
    this.#folder = folder;
    this.#wrapper = wrapper;
  }

  static async start(sessions: number, nodeOptions = ''): Promise<DensityFleet> {
    const folder = await mkdtemp(join(tmpdir(), 'blazz-density-'));
    const wrapper = join(folder, 'browser');
    await writeWrapper(wrapper, await findBrowser(undefined), {});
    const env = { PUPPETEER_EXECUTABLE_PATH: wrapper, CAPACITY: String(sessions), FLEET_NODE_OPTIONS: nodeOptions };
    const fleet = new DensityFleet(await Stack.start({ args: ['--instances', '1'], env }), folder, wrapper);
    await fleet.#link(sessions).catch(async (error: unknown) => {
      await fleet.stop();
      throw error;
    });
    return fleet;
  }

  /** Starts all browsers anew, from their snapshots, with other flags, and measures them at rest. */
  async measure(change: FlagChange, restSeconds: number): Promise<DensityRound> {
    await this.#each((id) => this.#become(id, 'stop', ['disconnected']));
    await writeWrapper(this.#wrapper, await findBrowser(undefined), change);
    const startedAt = performance.now();
    await this.#each((id) => this.#become(id, 'start', ['connected']));
    const connectSeconds = (performance.now() - startedAt) / 1_000;
    await pause(SETTLE_MS);
    const [instance] = (await this.#stack.host.local()).instances;
    if (!instance) throw new Error('The instance is gone');
    return { ...(await sample(instance.pid, restSeconds)), connectSeconds };
  }

  async stop(): Promise<void> {
    await this.#stack.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #link(sessions: number): Promise<void> {
    const { blazz, phones } = this.#stack;
    const link = async (n: number) => (await linkSession(blazz, phones, `+${FIRST_NUMBER + n}`, { pacing: { profile: 'unlimited' } })).id;
    const ids = await Promise.all(Array.from({ length: sessions }, (_, n) => link(n)));
    await Promise.all(ids.map((id) => connected(blazz, id)));
    this.#sessionIds.push(...ids);
  }

  async #each(work: (sessionId: string) => Promise<void>): Promise<void> {
    await Promise.all(this.#sessionIds.map(work));
  }

  /** Throws when a session ends in another status for good: then the flags do harm. */
  async #become(sessionId: string, action: 'start' | 'stop', wanted: readonly string[]): Promise<void> {
    const { blazz } = this.#stack;
    await blazz.post(`/v1/sessions/${sessionId}/${action}`);
    await until(
      async () => {
        const { status } = await blazz.session(sessionId);
        if (action === 'start' && status === 'qr_scanning') throw new Error(`${sessionId} asks for a QR code`);
        return wanted.includes(status);
      },
      { what: `${sessionId} to ${action}`, timeoutMs: CONNECT_TIMEOUT_MS, everyMs: 250 },
    );
  }
}
