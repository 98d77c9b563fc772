import { join } from 'node:path';
import { EventPublisher } from '../../fleet/events/event-publisher.ts';
import { FILE_RETRIES } from '../../fleet/media/incoming-files.ts';
import { ScratchFiles } from '../../fleet/media/scratch-files.ts';
import { fleetMetrics } from '../../fleet/observability/fleet-metrics.ts';
import { BrowserSlots } from '../../fleet/sessions/browser-slots.ts';
import { QRRateLimiter } from '../../fleet/sessions/qr-rate-limiter.ts';
import type { SessionServices } from '../../fleet/sessions/session-context.ts';
import { LiveProfiles } from '../../fleet/storage/live-profiles.ts';
import { systemClock as clock } from '../../shared/domain/clock.ts';
import type { SessionEventQueue } from '../../shared/domain/session-events/session-event-queue.ts';
import { memoryMediaStore } from './fakes/memory-media-store.ts';
import { memoryMessageTable } from './fakes/memory-message-table.ts';
import { memoryOutbox } from './fakes/memory-outbox.ts';
import { memoryPacingStore } from './fakes/memory-pacing-store.ts';
import { sessionSettings } from './fakes/session-settings.ts';
import { silentLog as log } from './fakes/silent-log.ts';

export type ServicesForTest = Pick<SessionServices, 'makeClient' | 'store' | 'assignments'> &
  Partial<SessionServices> & {
    readonly instanceId: string;
    readonly profileRoot: string;
    readonly send: SessionEventQueue['send'];
  };

/** What the sessions of an instance share: everything in memory but the profiles, under a lease that never ends. */
export function sessionServices({ instanceId, profileRoot, send, ...given }: ServicesForTest): SessionServices {
  return {
    lease: { isHeld: () => true, heldForMs: () => 10_000 },
    clock, log,
    profiles: new LiveProfiles(profileRoot, instanceId, given.store),
    publisher: new EventPublisher({ queue: { send }, instanceId, isLeaseHeld: () => true, collectMs: 0, log }),
    outbox: memoryOutbox(memoryMessageTable()),
    messages: { getMany: async () => new Map(), listPendingMedia: async () => [] },
    incomingFiles: { store: memoryMediaStore(), scratch: new ScratchFiles(join(profileRoot, 'files')), maxBytes: 100_000_000, inTurn: (work) => work(), retries: FILE_RETRIES },
    pacing: memoryPacingStore(),
    ...sessionSettings(),
    qrLimiter: new QRRateLimiter(clock),
    slots: new BrowserSlots(50),
    hibernation: { afterMs: undefined, lookEveryMs: 20 },
    snapshotIntervalMs: 3_600_000,
    storageQuotaBytes: 100_000_000,
    random: () => 0.5,
    metrics: fleetMetrics(),
    noteArrival: () => undefined,
    startInTurn: (start) => start(),
    ...given,
  };
}
