import type { SessionView } from '../../../shared/contracts/api/sessions.ts';
import type { InstanceDirectory } from '../../../shared/domain/instances/instance-directory.ts';
import { hibernatingSince, wakeAt } from '../../../shared/domain/sessions/hibernation.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';

export type ViewSession = (session: Session) => Promise<SessionView>;

/** What a client sees of a session. */
export const sessionViewer =
  (directory: Pick<InstanceDirectory, 'find'>): ViewSession =>
  async (session) => {
    const { instanceId } = session;
    const instance = instanceId === null ? undefined : await directory.find(instanceId);
    return {
      ...seenByClients(session),
      meta: session.meta ?? null,
      hibernatingSince: hibernatingSince(session),
      wakeAt: wakeAt(session),
      instance: instance ? { id: instance.id, url: instance.url } : null,
    };
  };

/** Without what is between us and the fleet. */
function seenByClients(session: Session) {
  const {
    instanceId: _instanceId, fencingToken: _fencingToken, requests: _requests, relinksDone: _relinksDone,
    reportedBy: _reportedBy, desiredBecause: _desiredBecause, statusSince: _statusSince, deletedAt: _deletedAt, purgeAfter: _purgeAfter, ...seen
  } = session;
  return seen;
}
