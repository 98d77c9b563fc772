import type { SessionEventBatch } from '../../../shared/contracts/session-events.ts';
import type { Clock } from '../../../shared/domain/clock.ts';
import type { InstanceRegistry } from '../../../shared/domain/instances/instance-registry.ts';
import { claimRemaining } from '../../../shared/domain/outbox/claim-remaining.ts';
import type { OutboundMessage } from '../../../shared/domain/outbox/outbound-message.ts';
import type { Outbox } from '../../../shared/domain/outbox/outbox.ts';
import { NEVER_LEFT } from '../../../shared/domain/outbox/session-deleted.ts';
import type { SessionEventQueue } from '../../../shared/domain/session-events/session-event-queue.ts';
import type { Assignments } from '../../../shared/domain/sessions/assignments.ts';
import type { DeletedSessions } from '../../../shared/domain/sessions/deleted-sessions.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';
import type { Sessions } from '../../../shared/domain/sessions/sessions.ts';
import { stopIfStale } from '../../../shared/domain/sessions/stale-session.ts';

export interface CleanUpSessionsDeps {
  readonly registry: Pick<InstanceRegistry, 'list'>;
  readonly assignments: Pick<Assignments, 'listOf' | 'listUnassigned'>;
  readonly sessions: Pick<Sessions, 'intend'>;
  readonly deleted: DeletedSessions;
  readonly outbox: Pick<Outbox, 'listDue' | 'listLanes' | 'claim'>;
  readonly events: SessionEventQueue;
  readonly clock: Clock;
}

export interface CleanUp {
  /** QR pages closed, and sessions that ended a day ago taken off their instances. */
  readonly stopped: number;
  readonly purged: number;
  /** Messages that waited for a session that is deleted. */
  readonly failed: number;
  /** `false`: the time was up. The next run goes on. */
  readonly isComplete: boolean;
}

/** The function is stopped at 55 s. */
const STOP_AFTER_MS = 45_000;

/** Frees what sessions hold for nobody. Everything is decided anew from the tables, so it may break off anywhere. */
export const makeCleanUpSessions = (deps: CleanUpSessionsDeps) => async (): Promise<CleanUp> => {
  const deadline = deps.clock.now() + STOP_AFTER_MS;
  const done = { stopped: 0, purged: 0, failed: 0 };
  for (const session of await sessionsOnInstances(deps)) {
    if (deps.clock.now() > deadline) return { ...done, isComplete: false };
    done.stopped += await stopStale(deps, session);
  }
  for await (const session of deps.deleted.list()) {
    if (deps.clock.now() > deadline) return { ...done, isComplete: false };
    if (await deps.deleted.purge(session)) done.purged += 1;
    else done.failed += await failLeftovers(deps, session);
  }
  return { ...done, isComplete: true };
};

async function sessionsOnInstances({ registry, assignments }: CleanUpSessionsDeps): Promise<readonly Session[]> {
  const instances = await registry.list();
  const lists = await Promise.all([...instances.map(({ id }) => assignments.listOf(id)), assignments.listUnassigned()]);
  return lists.flat();
}

/** Its owner does it at its next look, within seconds. */
async function stopStale({ sessions, clock }: CleanUpSessionsDeps, session: Session): Promise<number> {
  const intent = stopIfStale(session, clock.now());
  if (!intent) return 0;
  const after = await sessions.intend(session.workspaceId, session.id, intent);
  return after.desired === 'stopped' ? 1 : 0;
}

/**
 * Its last owner failed what was queued then. A paused campaign that was resumed since, or a message that came at the
 * last moment, is found here (I1); so is what a session had that no instance ever ran.
 */
async function failLeftovers({ outbox, events, clock }: CleanUpSessionsDeps, session: Session): Promise<number> {
  let counter = Math.floor(clock.now() / 1_000); // ten digits as of 2001, and beyond what any owner counts to
  let failed = 0;
  for await (const claimed of claimRemaining(outbox, { sessionId: session.id, fencingToken: session.fencingToken })) {
    await events.send(batchOf(session, claimed, counter++, new Date(clock.now()).toISOString()));
    failed += claimed.length;
  }
  return failed;
}

/** In the name of the last owner: nobody else will report on this session. */
function batchOf({ id, workspaceId, fencingToken }: Session, messages: readonly OutboundMessage[], counter: number, at: string): SessionEventBatch {
  return {
    v: 1,
    workspaceId,
    sessionId: id,
    instanceId: 'clean-up-sessions',
    fencingToken,
    sequence: `${String(fencingToken).padStart(10, '0')}-${counter}`,
    events: messages.map((message) => ({ type: 'message.failed', at, messageId: message.id, failure: NEVER_LEFT })),
  };
}
