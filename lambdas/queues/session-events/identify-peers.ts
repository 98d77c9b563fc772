import type { PublicEvent } from '../../../shared/contracts/public-event.ts';
import type { SessionEvent, SessionEventBatch } from '../../../shared/contracts/session-events.ts';
import { isSame, newContact, withFacts, type Contact } from '../../../shared/domain/contacts/contact.ts';
import { contactEvent } from '../../../shared/domain/contacts/contact-event.ts';
import type { Contacts } from '../../../shared/domain/contacts/contacts.ts';
import { gatherChats, type GatherChatsDeps } from '../../../shared/domain/contacts/gather-chats.ts';
import { identityTypeOf } from '../../../shared/domain/contacts/identities.ts';
import { makeResolvePeers } from '../../../shared/domain/contacts/resolve-peer.ts';
import { uniteAll } from '../../../shared/domain/contacts/unite.ts';
import type { Messages } from '../../../shared/domain/outbox/messages.ts';
import { derivedId } from '../../../shared/identity/derived-id.ts';
import { messageIdOf } from '../../../shared/identity/message-identity.ts';

export interface IdentifyPeersDeps extends GatherChatsDeps {
  readonly contacts: Pick<Contacts, 'change' | 'find'>;
  readonly messages: Pick<Messages, 'getMany'>;
}

type IdentityEvent = Extract<SessionEvent, { type: 'contact.identity' }>;

export interface Identified {
  /** The batch with each person under the name their chat is kept under. */
  readonly batch: SessionEventBatch;
  readonly published: readonly PublicEvent[];
}

/** Learns who is who, first; then the rest of the batch finds everybody under one name. */
export async function identifyPeers(deps: IdentifyPeersDeps, batch: SessionEventBatch, isRepeat: boolean): Promise<Identified> {
  const published: PublicEvent[] = [];
  for (const event of batch.events) {
    if (event.type === 'contact.identity') published.push(...(await learn(deps, batch.workspaceId, event, isRepeat)));
  }
  const events = await underOneName(deps, batch);
  return { batch: { ...batch, events }, published };
}

/** On a repeated delivery the chats may not have been gathered yet, nor anybody told. */
async function learn(deps: IdentifyPeersDeps, workspaceId: string, event: IdentityEvent, isRepeat: boolean): Promise<readonly PublicEvent[]> {
  const identities = [event.bsuid, event.lid, event.phoneNumber].filter((identity) => identity !== null && identityTypeOf(identity) !== undefined) as string[];
  if (identities.length < 2) return []; // one name alone says nothing
  const at = Date.parse(event.at);
  const facts = { identities, at, ...(event.name !== null && { name: event.name }) };
  const { contact, merged, hasChanged } = await deps.contacts.change(workspaceId, { identities }, (found) => {
    const known = uniteAll(found);
    if (known === undefined) return newContact(derivedId('con', at, workspaceId, identities[0] ?? ''), workspaceId, 'chat', facts);
    const learnt = withFacts(known, facts);
    return isSame(learnt, known) ? known : learnt;
  });
  if (contact === undefined || !(hasChanged || isRepeat)) return [];
  await gatherChats(deps, contact);
  return merged.length > 0 || isRepeat ? [mergedEvent(contact, at)] : [];
}

const mergedEvent = (contact: Contact, at: number): PublicEvent =>
  contactEvent(derivedId('evt', at, 'contact.updated', contact.id, 'merged'), contact, 'merged', at);

/**
 * What came in under an old name before we knew better stays where it lies: the same message, told again, must be found
 * there and not stored a second time.
 */
async function underOneName({ contacts, messages }: IdentifyPeersDeps, { workspaceId, events }: SessionEventBatch): Promise<SessionEvent[]> {
  const called = events.flatMap((event) => ('peer' in event ? [event.peer] : []));
  const peers = await makeResolvePeers(contacts)(workspaceId, called);
  if ([...peers].every(([peer, kept]) => peer === kept)) return [...events];
  const oldIds = events.flatMap((event) => (event.type === 'message.received' && peers.get(event.peer) !== event.peer ? [idOf(workspaceId, event)] : []));
  const stored = await messages.getMany(workspaceId, oldIds);
  return events.map((event) => {
    if (!('peer' in event) || (event.type === 'message.received' && stored.has(idOf(workspaceId, event)))) return event;
    return { ...event, peer: peers.get(event.peer) ?? event.peer };
  });
}

const idOf = (workspaceId: string, { peer, at, wireId }: Extract<SessionEvent, { type: 'message.received' }>): string =>
  messageIdOf(workspaceId, peer, Date.parse(at), wireId);
