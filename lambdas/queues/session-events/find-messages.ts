import type { Chats } from '../../../shared/domain/chats/chats.ts';
import type { Messages, WireReference } from '../../../shared/domain/outbox/messages.ts';

export interface FindMessagesDeps {
  readonly messages: Pick<Messages, 'findIds'>;
  readonly chats: Pick<Chats, 'ofPeers'>;
}

/**
 * Ids of messages by what WhatsApp calls them, at their references' places: where their chat is now, or where those from
 * before a merge still lie, under another name of the same person.
 */
export async function findMessages({ messages, chats }: FindMessagesDeps, workspaceId: string, references: readonly WireReference[]): Promise<readonly (string | undefined)[]> {
  if (references.length === 0) return [];
  const found = await messages.findIds(workspaceId, references);
  const missing = references.filter((_, i) => found[i] === undefined);
  if (missing.length === 0) return found;
  const merged = await chats.ofPeers(workspaceId, [...new Set(missing.map(({ peer }) => peer))]);
  const older = missing.flatMap((reference) => formerPeersOf(reference).map((peer) => ({ reference, before: { ...reference, peer } })));
  if (older.length === 0) return found;
  const ids = await messages.findIds(workspaceId, older.map(({ before }) => before));
  return references.map((reference, i) => found[i] ?? ids.find((id, j) => id !== undefined && older[j]?.reference === reference));

  function formerPeersOf({ sessionId, peer }: WireReference): readonly string[] {
    return merged.find((chat) => chat.sessionId === sessionId && chat.peer === peer)?.formerPeers ?? [];
  }
}
