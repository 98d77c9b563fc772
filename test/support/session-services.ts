import { EventPublisher } from '../../fleet/events/event-publisher.ts';
import { fleetMetrics } from '../../fleet/observability/fleet-metrics.ts';
import { QRRateLimiter } from '../../fleet/sessions/qr-rate-limiter.ts';
import type { SessionServices } from '../../fleet/sessions/session-context.ts';
import { LiveProfiles } from '../../fleet/storage/live-profiles.ts';
import { systemClock as clock } from '../../shared/domain/clock.ts';
import type { SessionEventQueue } from '../../shared/domain/session-events/session-event-queue.ts';
import { memoryMessageTable } from './fakes/memory-message-table.ts';
import { memoryOutbox } from './fakes/memory-outbox.ts';
import { memoryPacingStore } from './fakes/memory-pacing-store.ts';
import { silentLog as log } from './fakes/silent-log.ts';

export interface ServicesForTest extends Pick<SessionServices, 'makeClient' | 'store' | 'assignments'>, Partial<Pick<SessionServices, 'outbox'>> {
  readonly instanceId: string;
  readonly profileRoot: string;
  readonly send: SessionEventQueue['send'];
}

/** What the sessions of an instance share: everything in memory but the profiles, under a lease that never ends. */
export function sessionServices({ instanceId, profileRoot, store, assignments, makeClient, send, outbox }: ServicesForTest): SessionServices {
  return {
    lease: { isHeld: () => true, heldForMs: () => 10_000 },
    makeClient, store, assignments, clock, log,
    profiles: new LiveProfiles(profileRoot, instanceId, store),
    publisher: new EventPublisher({ queue: { send }, instanceId, isLeaseHeld: () => true, collectMs: 0, log }),
    outbox: outbox ?? memoryOutbox(memoryMessageTable()),
    messages: { getMany: async () => new Map() },
    pacing: memoryPacingStore(),
    qrLimiter: new QRRateLimiter(clock),
    snapshotIntervalMs: 60_000,
    random: () => 0.5,
    metrics: fleetMetrics(),
    startInTurn: (start) => start(),
  };
}
