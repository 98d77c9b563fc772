import { systemClock, type Clock } from '../../../shared/domain/clock.ts';
import { sessionNotFound } from '../../../shared/domain/errors.ts';
import type { InstanceRegistry } from '../../../shared/domain/instances/instance-registry.ts';
import { atRest } from '../../../shared/domain/sessions/at-rest.ts';
import type { Assignments } from '../../../shared/domain/sessions/assignments.ts';
import { needsInstance } from '../../../shared/domain/sessions/needs-instance.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';

/** Assigns the sessions of a memory fake of `Sessions`: give it the same records. Without a registry every instance takes them. */
export function memoryAssignments(records: Map<string, Session>, registry?: Pick<InstanceRegistry, 'find'>, clock: Clock = systemClock): Assignments {
  const takesSessions = async (instanceId: string) => registry === undefined || (await registry.find(instanceId))?.state === 'ready';

  return {
    async assign(sessionId, instanceId, seenToken) {
      const isOpen = await takesSessions(instanceId);
      const session = records.get(sessionId);
      if (!session) throw sessionNotFound(sessionId);
      if (!isOpen || session.fencingToken !== seenToken) return undefined;
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
