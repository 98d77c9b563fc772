import { EventPublisher } from '../../../fleet/events/event-publisher.ts';
import { fleetMetrics } from '../../../fleet/observability/fleet-metrics.ts';
import { QRRateLimiter } from '../../../fleet/sessions/qr-rate-limiter.ts';
import { SessionContext, type SessionServices } from '../../../fleet/sessions/session-context.ts';
import { LiveProfiles } from '../../../fleet/storage/live-profiles.ts';
import type { SessionStore } from '../../../fleet/storage/session-store.ts';
import type { SessionEvent } from '../../../shared/contracts/session-events.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';
import { systemClock } from '../../../shared/domain/clock.ts';
import { FakeWhatsAppClient } from '../fakes/fake-whatsapp-client.ts';
import { memoryAssignments } from '../fakes/memory-assignments.ts';
import { memoryMessageTable } from '../fakes/memory-message-table.ts';
import { memoryOutbox } from '../fakes/memory-outbox.ts';
import { memoryPacingStore } from '../fakes/memory-pacing-store.ts';
import { memorySessions } from '../fakes/memory-sessions.ts';
import { silentLog } from '../fakes/silent-log.ts';
import { aSession, anId } from './session.ts';

export interface ContextUnderTest {
  readonly context: SessionContext;
  /** What the session reported. */
  readonly events: SessionEvent[];
}

/** A session of an instance whose profiles lie under `profileRoot`, with fakes for all it is not about. */
export function aSessionContext(profileRoot: string, store: SessionStore, over: Partial<SessionServices> = {}, as: Partial<Session> = {}): ContextUnderTest {
  const events: SessionEvent[] = [];
  const instanceId = anId('ins');
  const record = aSession({ instanceId, fencingToken: 1, ...as });
  const queue = { send: async (batch: { events: SessionEvent[] }) => void events.push(...batch.events) };
  const services: SessionServices = {
    lease: { isHeld: () => true, heldForMs: () => 10_000 },
    makeClient: () => new FakeWhatsAppClient(),
    profiles: new LiveProfiles(profileRoot, instanceId, store), store,
    assignments: memoryAssignments(memorySessions().records),
    publisher: new EventPublisher({ queue, instanceId, isLeaseHeld: () => true, collectMs: 0, log: silentLog }),
    outbox: memoryOutbox(memoryMessageTable()),
    messages: { getMany: async () => new Map() },
    pacing: memoryPacingStore(),
    qrLimiter: new QRRateLimiter(systemClock),
    snapshotIntervalMs: 3_600_000, storageQuotaBytes: 100_000_000,
    clock: systemClock, random: () => 0.5, metrics: fleetMetrics(), log: silentLog,
    startInTurn: (start) => start(),
    ...over,
  };
  return { context: new SessionContext(record, { sessionId: record.id, instanceId, fencingToken: record.fencingToken }, services), events };
}
