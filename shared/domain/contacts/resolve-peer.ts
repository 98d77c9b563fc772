import type { Contacts } from './contacts.ts';
import { identityTypeOf, peerOf } from './identities.ts';

export type ResolvePeers = (workspaceId: string, peers: readonly string[]) => Promise<ReadonlyMap<string, string>>;

/** The peer each of these people's chats are kept under. Numbers and groups are asked nobody about. */
export const makeResolvePeers = (contacts: Pick<Contacts, 'find'>): ResolvePeers =>
  async (workspaceId, peers) => {
    const called = [...new Set(peers)].filter((peer) => ['lid', 'bsuid'].includes(identityTypeOf(peer) ?? ''));
    const found = called.length === 0 ? new Map() : await contacts.find(workspaceId, called);
    return new Map(peers.map((peer) => [peer, peerOf(peer, found.get(peer)?.identities ?? [])]));
  };

/** One of them. */
export const makeResolvePeer = (contacts: Pick<Contacts, 'find'>) => {
  const resolve = makeResolvePeers(contacts);
  return async (workspaceId: string, peer: string): Promise<string> => (await resolve(workspaceId, [peer])).get(peer) ?? peer;
};
export type ResolvePeer = ReturnType<typeof makeResolvePeer>;
