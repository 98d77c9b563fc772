import type { PublicEvent } from '../../../shared/contracts/public-event.ts';
import type { SessionEventBatch } from '../../../shared/contracts/session-events.ts';
import type { ConsentOf } from '../../../shared/domain/contacts/consent-words.ts';
import { isSame, newContact, withFacts, type Contact, type ContactFacts } from '../../../shared/domain/contacts/contact.ts';
import { contactEvent } from '../../../shared/domain/contacts/contact-event.ts';
import type { Contacts } from '../../../shared/domain/contacts/contacts.ts';
import { isPerson } from '../../../shared/domain/contacts/identities.ts';
import type { SkipOptedOut } from '../../../shared/domain/contacts/skip-opted-out.ts';
import type { AppliedChange } from '../../../shared/domain/outbox/messages.ts';
import { derivedId } from '../../../shared/identity/derived-id.ts';
import type { Received } from './receive-messages.ts';
import { isDirectAndSent } from './touch-chats.ts';

export interface NoteContactsDeps {
  readonly contacts: Pick<Contacts, 'change' | 'find'>;
  readonly consentOf: ConsentOf;
  readonly skipOptedOut: SkipOptedOut;
}

/** What a batch tells of one person. */
interface Heard {
  readonly peer: string;
  readonly at: number; // Unix ms
  readonly name: string | null;
  readonly consent: { readonly verdict: 'out' | 'in'; readonly at: number } | undefined;
}

/** Whoever writes, or is written to directly, is a contact. Who says stop is opted out, who says start is in again. */
export async function noteContacts(deps: NoteContactsDeps, { workspaceId }: SessionEventBatch, applied: readonly AppliedChange[], received: readonly Received[]): Promise<PublicEvent[]> {
  const sent = applied.filter(isDirectAndSent).map(({ message, change }): Heard => ({ peer: message.peer, at: message.sentAt ?? change.at, name: null, consent: undefined }));
  const heard = byPeer([...sent, ...received.map((one) => heardIn(deps.consentOf, one))].filter(({ peer }) => isPerson(peer)));
  if (heard.length === 0) return [];
  const known = await deps.contacts.find(workspaceId, heard.map(({ peer }) => peer));
  const events = await Promise.all(heard.map((one) => noteOne(deps, workspaceId, one, known.get(one.peer))));
  return events.flat();
}

function heardIn(consentOf: ConsentOf, { message, event }: Received): Heard {
  const at = message.receivedAt ?? Date.parse(event.at);
  const verdict = consentOf(message.text);
  return { peer: message.peer, at, name: event.senderName, consent: verdict && { verdict, at } };
}

/** The latest of each counts, whatever their order. */
function byPeer(all: readonly Heard[]): readonly Heard[] {
  const merged = new Map<string, Heard>();
  for (const heard of all.toSorted((a, b) => a.at - b.at)) {
    const before = merged.get(heard.peer);
    merged.set(heard.peer, { ...heard, name: heard.name ?? before?.name ?? null, consent: heard.consent ?? before?.consent });
  }
  return [...merged.values()];
}

async function noteOne(deps: NoteContactsDeps, workspaceId: string, heard: Heard, known: Contact | undefined): Promise<PublicEvent[]> {
  const decide = (contact: Contact | undefined): Contact => {
    if (contact === undefined) return newContact(derivedId('con', heard.at, workspaceId, heard.peer), workspaceId, 'chat', factsOf(heard, 0));
    const noted = withFacts(contact, { ...factsOf(heard, contact.consentAt), identities: [] });
    return isSame(noted, contact) ? contact : noted;
  };
  const isSettled = known !== undefined && decide(known) === known;
  const { contact } = isSettled ? { contact: known } : await deps.contacts.change(workspaceId, { identities: [heard.peer] }, ([one]) => decide(one), known === undefined);
  return contact === undefined ? [] : tellConsent(deps, heard, contact);
}

/** A word that is older than the last decision changes nothing. */
const factsOf = ({ peer, at, name, consent }: Heard, consentAt: number): ContactFacts => ({
  identities: [peer],
  ...(name !== null && { name }),
  ...(consent !== undefined && consent.at > consentAt && { optedOut: consent.verdict === 'out' }),
  at: consent?.at ?? at,
});

/** Also when an earlier delivery of the batch made the change: it may have died before it told. */
async function tellConsent({ skipOptedOut }: NoteContactsDeps, { consent }: Heard, contact: Contact): Promise<PublicEvent[]> {
  if (consent === undefined || contact.consentAt !== consent.at || contact.optedOut !== (consent.verdict === 'out')) return [];
  if (contact.optedOut) await skipOptedOut(contact);
  const change = contact.optedOut ? 'opted_out' : 'opted_in';
  return [contactEvent(derivedId('evt', consent.at, 'contact.updated', contact.id, change), contact, change, consent.at)];
}
