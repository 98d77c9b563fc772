import { SessionContext, type SessionServices } from '../../../fleet/sessions/session-context.ts';
import type { SessionStore } from '../../../fleet/storage/session-store.ts';
import type { SessionEvent } from '../../../shared/contracts/session-events.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';
import { FakeWhatsAppClient } from '../fakes/fake-whatsapp-client.ts';
import { memoryAssignments } from '../fakes/memory-assignments.ts';
import { memorySessions } from '../fakes/memory-sessions.ts';
import { sessionServices } from '../session-services.ts';
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
  const services = sessionServices({
    instanceId, profileRoot, store,
    makeClient: () => new FakeWhatsAppClient(),
    assignments: memoryAssignments(memorySessions().records),
    send: async (batch) => void events.push(...batch.events),
    ...over,
  });
  return { context: new SessionContext(record, { sessionId: record.id, instanceId, fencingToken: record.fencingToken }, services), events };
}
