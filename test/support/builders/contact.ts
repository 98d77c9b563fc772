import { newContact, type Contact, type ContactFacts } from '../../../shared/domain/contacts/contact.ts';
import { derivedId } from '../../../shared/identity/derived-id.ts';

export const CONTACT_TIME = Date.UTC(2026, 5, 1, 12);
let made = 0;

/** Somebody new, of the API unless said otherwise. */
export const aContact = (workspaceId: string, facts: Partial<ContactFacts> = {}, origin: Contact['origin'] = 'api'): Contact => {
  const at = facts.at ?? CONTACT_TIME;
  return newContact(derivedId('con', at, String(made++)), workspaceId, origin, { isNameGiven: true, ...facts, at });
};
