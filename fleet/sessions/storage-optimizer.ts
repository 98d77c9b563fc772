import type { Log } from '../observability/log.ts';
import type { LiveProfiles } from '../storage/live-profiles.ts';
import type { ManagedSession } from './managed-session.ts';
import { mayRecycle, type Recyclable, type RecycleRule } from './may-recycle.ts';

const CHECK_EVERY_MS = 120_000; // a few hundred file sizes a session
const SWEEP_EVERY_MS = 24 * 3_600_000;
const MB = 1e6;

/** What the optimizer needs of a session. */
export type StoredSession = Recyclable & { readonly context: Pick<ManagedSession['context'], 'owner' | 'health' | 'warn'> };

export interface StorageOptimizerOptions {
  readonly pool: { readonly ids: readonly string[]; find(sessionId: string): StoredSession | undefined };
  readonly profiles: Pick<LiveProfiles, 'measure' | 'sweep'>;
  /** What a profile may take before somebody is told; 0: anything. */
  readonly quotaBytes: number;
  readonly rule: RecycleRule;
  readonly log: Log;
}

/**
 * Keeps profiles small. Caches go whenever a browser closes (`dropCaches`); this watches what a profile grows to
 * between closings, restarts an idle session whose caches are what breaks the quota, and once a day removes the profiles
 * of sessions that went elsewhere.
 */
export class SessionStorageOptimizer {
  readonly name = 'storage optimizer';
  readonly #options: StorageOptimizerOptions;
  #checks: NodeJS.Timeout | undefined;
  #sweeps: NodeJS.Timeout | undefined;

  constructor(options: StorageOptimizerOptions) {
    this.#options = options;
  }

  start(): void {
    this.#checks = setInterval(() => void this.check(), CHECK_EVERY_MS);
    this.#sweeps = setInterval(() => void this.sweep(), SWEEP_EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#checks);
    clearInterval(this.#sweeps);
  }

  /** One session after another. Never rejects. */
  async check(): Promise<void> {
    const { pool, log } = this.#options;
    for (const sessionId of pool.ids) {
      const session = pool.find(sessionId);
      if (session) await this.#checkOne(session).catch((error: unknown) => log.warn({ sessionId, err: error }, 'profile not measured'));
    }
  }

  /** Never rejects. */
  async sweep(): Promise<void> {
    const { pool, profiles, log } = this.#options;
    try {
      const removed = await profiles.sweep((sessionId) => pool.find(sessionId) !== undefined);
      log.info({ removed }, 'profiles of sessions that went elsewhere removed');
    } catch (error) {
      log.warn({ err: error }, 'profiles not swept');
    }
  }

  async #checkOne(session: StoredSession): Promise<void> {
    const { profiles, quotaBytes, rule } = this.#options;
    const { bytes, cacheBytes } = await profiles.measure(session.context.owner);
    session.context.health.note({ profileBytes: bytes });
    if (quotaBytes === 0 || bytes <= quotaBytes) return;
    const [taken, ofCaches, quota] = [bytes, cacheBytes, quotaBytes].map((each) => Math.round(each / MB));
    session.context.warn('storage_optimizer', 'profile_over_quota', `The profile takes ${taken} MB (${ofCaches} MB of caches), its quota is ${quota} MB`);
    const helps = bytes - cacheBytes <= quotaBytes;
    if (helps && mayRecycle(session, rule)) await session.recycle('storage_quota');
  }
}
