import type { ContactSessionView, ContactView } from '../../contracts/api/contacts.ts';
import type { Chat } from '../chats/chats.ts';
import type { Contact } from './contact.ts';
import { currentOf, identityTypeOf } from './identities.ts';

const instant = (ms: number): string => new Date(ms).toISOString();

/** A contact as the API and its events show it. */
export const contactView = (contact: Contact): ContactView => ({
  id: contact.id,
  workspaceId: contact.workspaceId,
  name: contact.name,
  phoneNumber: currentOf(contact.identities, 'phone'),
  lid: currentOf(contact.identities, 'lid'),
  bsuid: currentOf(contact.identities, 'bsuid'),
  identities: contact.identities.flatMap(identityViews),
  attributes: { ...contact.attributes },
  optedOut: contact.optedOut,
  optedOutAt: contact.optedOut ? instant(contact.consentAt) : null,
  origin: contact.origin,
  createdAt: instant(contact.createdAt),
  updatedAt: instant(contact.updatedAt),
});

function identityViews(identity: string): ContactView['identities'] {
  const type = identityTypeOf(identity);
  if (type === undefined) return [];
  const wid = type === 'phone' ? [{ type: 'wid' as const, value: `${identity.slice(1)}@c.us` }] : [];
  return [{ type, value: identity }, ...wid];
}

/** What became of a contact's chats, by session; the latest first. */
export function sessionViews(chats: readonly Chat[]): ContactSessionView[] {
  const bySession = Map.groupBy(chats, ({ sessionId }) => sessionId);
  const views = [...bySession].map(([sessionId, own]) => ({
    sessionId,
    firstInteractionAt: instant(Math.min(...own.map(({ firstMessageAt }) => firstMessageAt))),
    lastInteractionAt: instant(Math.max(...own.map(({ lastMessageAt }) => lastMessageAt))),
    messagesIn: own.reduce((sum, { messagesIn }) => sum + messagesIn, 0),
    messagesOut: own.reduce((sum, { messagesOut }) => sum + messagesOut, 0),
  }));
  return views.toSorted((a, b) => (a.lastInteractionAt < b.lastInteractionAt ? 1 : -1));
}
