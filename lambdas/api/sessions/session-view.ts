import type { SessionView } from '../../../shared/contracts/api/sessions.ts';
import type { InstanceDirectory } from '../../../shared/domain/instances/instance-directory.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';

export type ViewSession = (session: Session) => Promise<SessionView>;

/** What a client sees of a session; the token and the counters of requests are between us and the fleet. */
export const sessionViewer =
  (directory: Pick<InstanceDirectory, 'find'>): ViewSession =>
  async ({ requests: _requests, fencingToken: _fencingToken, instanceId, ...session }) => {
    const instance = instanceId === null ? undefined : await directory.find(instanceId);
    return { ...session, instance: instance ? { id: instance.id, url: instance.url } : null };
  };
