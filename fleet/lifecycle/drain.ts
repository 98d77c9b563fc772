import pLimit from 'p-limit';
import type { Clock } from '../../shared/domain/clock.ts';
import type { Assignments } from '../../shared/domain/sessions/assignments.ts';
import type { Sessions } from '../../shared/domain/sessions/sessions.ts';
import type { FleetMetrics } from '../observability/fleet-metrics.ts';
import type { Log } from '../observability/log.ts';
import type { HandOver } from '../sessions/hand-over.ts';
import type { ManagedSession } from '../sessions/managed-session.ts';
import type { SessionPool } from '../sessions/session-pool.ts';
import { settlesWithin } from './settles-within.ts';

/** A session that has not closed by then is killed: it must not hold up those behind it. */
const CLOSES_WITHIN_MS = 25_000;
/** The longest we wait for one session to be connected elsewhere before we close the next. */
const ARRIVES_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 250;
/** An assignment made just before we said that we drain may be in the index only now. */
const INDEX_LAG_MS = 1_500;
/** Kept at the end for what is left: killed, and given away by writes alone. */
const RESERVE_MS = 10_000;

type Outcome = 'connected' | 'given' | 'unassigned' | 'killed' | 'failed';

export interface DrainDeps {
  readonly instanceId: string;
  readonly pool: Pick<SessionPool, 'ids' | 'find'>;
  readonly assignments: Pick<Assignments, 'listOf'>;
  readonly sessions: Pick<Sessions, 'find'>;
  readonly handOver: HandOver;
  readonly atOnce: number;
  readonly clock: Clock; // monotonic
  readonly metrics: Pick<FleetMetrics, 'handOvers' | 'handOverSeconds'>;
  readonly log: Log;
}

/**
 * Closes all sessions in order and gives them to other instances. A few at a time, each until it is connected elsewhere:
 * so those that wait for their turn stay connected, and the others are not asked to start more browsers than they can.
 * Towards the end of the time nobody is waited for any more.
 */
export class Drain {
  readonly #deps: DrainDeps;
  readonly #end: number;
  #waiting = 0;

  constructor(deps: DrainDeps, withinMs: number) {
    this.#deps = deps;
    this.#end = deps.clock.now() + withinMs - RESERVE_MS;
  }

  /** Ends in time whatever hangs. What could not be given away stays assigned to us: the reaper takes it once we left. */
  async run(): Promise<void> {
    const { pool, assignments, instanceId } = this.#deps;
    await this.#passOnAll(inOrder(pool));
    await pause(Math.min(INDEX_LAG_MS, this.#leftMs()));
    await this.#passOnAll((await assignments.listOf(instanceId)).map(({ id }) => id));
  }

  async #passOnAll(ids: readonly string[]): Promise<void> {
    const limit = pLimit(this.#deps.atOnce);
    this.#waiting = ids.length;
    await Promise.all(ids.map((id) => limit(() => this.#passOnCounted(id))));
  }

  async #passOnCounted(sessionId: string): Promise<void> {
    const { metrics, log } = this.#deps;
    this.#waiting -= 1;
    const outcome = await this.#passOn(sessionId).catch((error: unknown): Outcome => {
      log.warn({ sessionId, err: error }, 'session not handed over');
      return 'failed';
    });
    metrics.handOvers.inc({ outcome });
  }

  async #passOn(sessionId: string): Promise<Outcome> {
    const { pool, sessions, handOver, clock, metrics } = this.#deps;
    const startedAt = clock.now();
    const session = pool.find(sessionId);
    const wasConnected = session?.isConnected ?? false;
    const isClosed = await close(session, Math.min(CLOSES_WITHIN_MS, this.#leftMs()));
    const before = await sessions.find(sessionId);
    const given = await handOver(sessionId);
    const hasArrived = given !== undefined && wasConnected && (await this.#arrives(sessionId, before?.lastConnectedAt));
    if (hasArrived) metrics.handOverSeconds.observe((clock.now() - startedAt) / 1_000);
    if (!isClosed) return 'killed';
    if (hasArrived) return 'connected';
    return given ? 'given' : 'unassigned';
  }

  /** Whether it has been connected anew. All that are still to come have the same claim to the time left. */
  async #arrives(sessionId: string, before: string | null | undefined): Promise<boolean> {
    const { sessions, clock, atOnce } = this.#deps;
    const share = this.#leftMs() / Math.ceil((this.#waiting + 1) / atOnce);
    const deadline = clock.now() + Math.min(ARRIVES_WITHIN_MS, share);
    while (clock.now() < deadline) {
      const session = await sessions.find(sessionId);
      if (session?.lastConnectedAt !== before) return session !== undefined;
      await pause(LOOK_EVERY_MS);
    }
    return false;
  }

  #leftMs(): number {
    return Math.max(0, this.#end - this.#deps.clock.now());
  }
}

/** `false`: it had to be killed. Its last snapshot and what is in doubt are for the next owner to sort out. */
async function close(session: ManagedSession | undefined, withinMs: number): Promise<boolean> {
  if (!session) return true;
  const isClosed = await settlesWithin(withinMs, session.handOver());
  if (!isClosed) session.kill();
  return isClosed;
}

/** First those that nobody misses: their going makes room for the starts of the others. */
function inOrder(pool: DrainDeps['pool']): readonly string[] {
  const isConnected = (id: string): boolean => pool.find(id)?.isConnected ?? false;
  return [...pool.ids.filter((id) => !isConnected(id)), ...pool.ids.filter(isConnected)];
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms); });
