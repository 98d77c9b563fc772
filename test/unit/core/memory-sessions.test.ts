import { describeSessions } from '../../contract/sessions.contract.ts';
import { memorySessions } from '../../support/fakes/memory-sessions.ts';

describeSessions('memorySessions', async () => {
  const sessions = memorySessions();
  return {
    sessions,
    async assign(session, instanceId) {
      const fencingToken = session.fencingToken + 1;
      sessions.records.set(session.id, { ...session, instanceId, fencingToken });
      return fencingToken;
    },
  };
});
