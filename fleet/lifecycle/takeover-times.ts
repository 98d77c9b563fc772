import type { Clock } from '../../shared/domain/clock.ts';
import type { InstanceRegistry } from '../../shared/domain/instances/instance-registry.ts';
import type { Session } from '../../shared/domain/sessions/session.ts';
import type { FleetMetrics } from '../observability/fleet-metrics.ts';
import type { Log } from '../observability/log.ts';

export interface TakeoverTimesDeps {
  readonly registry: Pick<InstanceRegistry, 'find'>;
  readonly clock: Clock;
  readonly metrics: Pick<FleetMetrics, 'takeoverSeconds'>;
  readonly log: Log;
}

/** To be called when a session is connected here for the first time. */
export type NoteArrival = (session: Session) => void;

/**
 * Measures takeovers, from the last heartbeat of an owner that was lost: by two machines' wall clocks, as good as they
 * agree. The registry remembers a lost instance for a minute at least; who connects later than that is not measured.
 */
export const takeoverTimes = ({ registry, clock, metrics, log }: TakeoverTimesDeps): NoteArrival => {
  const measure = async ({ id, previousInstanceId, lastMigrationAt }: Session): Promise<void> => {
    const before = previousInstanceId === null ? undefined : await registry.find(previousInstanceId);
    if (before?.state !== 'lost' || before.hasLeft || lastMigrationAt === null) return;
    const seconds = (clock.now() - before.heartbeatAt) / 1_000;
    metrics.takeoverSeconds.observe(Math.max(0, seconds));
    log.info({ sessionId: id, from: before.id, seconds }, 'session taken over');
  };
  return (session) => void measure(session).catch((error: unknown) => log.warn({ sessionId: session.id, err: error }, 'takeover not measured'));
};
