import type { Chats, Peers } from '../chats/chats.ts';
import { phoneNumberOf, type Contact } from './contact.ts';
import { identityTypeOf } from './identities.ts';

export interface GatherChatsDeps {
  readonly chats: Pick<Chats, 'mergeInto'>;
  readonly peers: Pick<Peers, 'lastSessionsOf' | 'remember'>;
}

/** Makes the chats somebody has under lids and business-scoped ids part of those with their number, once that is known. */
export async function gatherChats({ chats, peers }: GatherChatsDeps, contact: Contact): Promise<void> {
  const number = phoneNumberOf(contact);
  const others = contact.identities.filter((identity) => identityTypeOf(identity) !== 'phone');
  if (number === null || others.length === 0) return;
  for (const other of others) await chats.mergeInto(contact.workspaceId, other, number);
  const known = await peers.lastSessionsOf(contact.workspaceId, [number, ...others]);
  const lastSession = known.get(number) ?? others.map((other) => known.get(other)).find((session) => session !== undefined);
  if (lastSession !== undefined) await peers.remember(contact.workspaceId, new Map([[number, lastSession]]), known);
}
