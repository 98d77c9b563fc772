import { systemClock, type Clock } from '../../../shared/domain/clock.ts';
import { sessionNotFound } from '../../../shared/domain/errors.ts';
import { atRest } from '../../../shared/domain/sessions/at-rest.ts';
import type { Assignments } from '../../../shared/domain/sessions/assignments.ts';
import { needsInstance } from '../../../shared/domain/sessions/needs-instance.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';

/** Assigns the sessions of a memory fake of `Sessions`: give it the same records. */
export function memoryAssignments(records: Map<string, Session>, clock: Clock = systemClock): Assignments {
  return {
    async assign(sessionId, instanceId, seenToken) {
      const session = records.get(sessionId);
      if (!session) throw sessionNotFound(sessionId);
      if (session.fencingToken !== seenToken) return undefined;
      const fencingToken = seenToken + 1;
      const isMigration = session.instanceId !== null && session.instanceId !== instanceId;
      const migration = isMigration && {
        previousInstanceId: session.instanceId,
        migrationCount: session.migrationCount + 1,
        lastMigrationAt: new Date(clock.now()).toISOString(),
      };
      records.set(sessionId, { ...session, ...migration, instanceId, fencingToken });
      return { sessionId, instanceId, fencingToken };
    },
    async release({ sessionId, instanceId, fencingToken }) {
      const session = records.get(sessionId);
      if (session?.fencingToken !== fencingToken || session.instanceId !== instanceId) return false;
      records.set(sessionId, { ...session, ...atRest(session, clock.now()), instanceId: null, previousInstanceId: instanceId });
      return true;
    },
    listOf: async (instanceId) => [...records.values()].filter((session) => session.instanceId === instanceId),
    listUnassigned: async () => [...records.values()].filter((session) => session.instanceId === null && needsInstance(session)),
  };
}
