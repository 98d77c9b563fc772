import type { Peers } from '../../../shared/domain/chats/chats.ts';

/** Who last talked to whom, in memory. */
export function memoryPeers(): Peers {
  const sessions = new Map<string, string>(); // by `<workspace> <peer>`
  return {
    lastSessionOf: async (workspaceId, peer) => sessions.get(`${workspaceId} ${peer}`),
    lastSessionsOf: async (workspaceId, peers) =>
      new Map(peers.flatMap((peer) => {
        const sessionId = sessions.get(`${workspaceId} ${peer}`);
        return sessionId === undefined ? [] : [[peer, sessionId] as const];
      })),
    async remember(workspaceId, sessionOf, known = new Map()) {
      for (const [peer, sessionId] of sessionOf) {
        if (known.get(peer) !== sessionId) sessions.set(`${workspaceId} ${peer}`, sessionId);
      }
    },
  };
}
