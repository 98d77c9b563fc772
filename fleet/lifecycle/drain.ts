import pLimit, { type LimitFunction } from 'p-limit';
import type { Assignments } from '../../shared/domain/sessions/assignments.ts';
import type { Sessions } from '../../shared/domain/sessions/sessions.ts';
import type { FleetMetrics } from '../observability/fleet-metrics.ts';
import type { Log } from '../observability/log.ts';
import type { HandOver } from '../sessions/hand-over.ts';
import type { ManagedSession } from '../sessions/managed-session.ts';
import type { SessionPool } from '../sessions/session-pool.ts';
import { DrainPace, type DrainPaceOptions } from './drain-pace.ts';
import { settlesWithin } from './settles-within.ts';

const LOOK_EVERY_MS = 250;
/** An assignment made just before we said that we drain may be in the index only now. */
const INDEX_LAG_MS = 1_500;

type Outcome = 'connected' | 'given' | 'unassigned' | 'killed' | 'failed';

export interface DrainDeps extends DrainPaceOptions {
  readonly instanceId: string;
  readonly pool: Pick<SessionPool, 'ids' | 'find'>;
  readonly assignments: Pick<Assignments, 'listOf'>;
  readonly sessions: Pick<Sessions, 'find'>;
  readonly handOver: HandOver;
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
  readonly #pace: DrainPace;
  readonly #limit: LimitFunction;

  constructor(deps: DrainDeps) {
    this.#deps = deps;
    this.#pace = new DrainPace(deps);
    this.#limit = pLimit(deps.atOnce);
  }

  /** Ends in time whatever hangs. What could not be given away stays assigned to us: the reaper takes it once we left. */
  async run(): Promise<void> {
    const { pool, assignments, instanceId } = this.#deps;
    await this.#passOnAll(inOrder(pool));
    await pause(Math.min(INDEX_LAG_MS, this.#pace.leftMs()));
    await this.#passOnAll((await assignments.listOf(instanceId)).map(({ id }) => id));
  }

  async #passOnAll(ids: readonly string[]): Promise<void> {
    this.#pace.begin(ids.length);
    await Promise.all(ids.map((id) => this.#limit(() => this.#passOnCounted(id))));
  }

  async #passOnCounted(sessionId: string): Promise<void> {
    const { clock, metrics, log } = this.#deps;
    const startedAt = clock.now();
    this.#pace.noteBegun();
    const outcome = await this.#passOn(sessionId).catch((error: unknown): Outcome => {
      log.warn({ sessionId, err: error }, 'session not handed over');
      return 'failed';
    });
    metrics.handOvers.inc({ outcome });
    log.info({ sessionId, outcome, seconds: (clock.now() - startedAt) / 1_000 }, 'session handed over');
  }

  async #passOn(sessionId: string): Promise<Outcome> {
    const { pool, sessions, handOver, clock, metrics } = this.#deps;
    const startedAt = clock.now();
    const session = pool.find(sessionId);
    const wasConnected = session?.isConnected ?? false;
    const isClosed = await close(session, this.#pace.closesWithinMs());
    if (wasConnected) this.#noteClosed(clock.now() - startedAt);
    const before = await sessions.find(sessionId);
    const given = await handOver(sessionId);
    const hasArrived = given !== undefined && wasConnected && (await this.#arrives(sessionId, before?.lastConnectedAt));
    if (hasArrived) metrics.handOverSeconds.observe((clock.now() - startedAt) / 1_000);
    if (!isClosed) return 'killed';
    if (hasArrived) return 'connected';
    return given ? 'given' : 'unassigned';
  }

  #noteClosed(tookMs: number): void {
    this.#pace.noteClosed(tookMs);
    this.#limit.concurrency = this.#pace.concurrency;
  }

  /** Whether it has been connected anew. */
  async #arrives(sessionId: string, before: string | null | undefined): Promise<boolean> {
    const { sessions, clock } = this.#deps;
    const deadline = clock.now() + this.#pace.arrivesWithinMs();
    while (clock.now() < deadline) {
      const session = await sessions.find(sessionId);
      if (session?.lastConnectedAt !== before) return session !== undefined;
      await pause(LOOK_EVERY_MS);
    }
    return false;
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
