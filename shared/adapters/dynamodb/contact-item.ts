import type { Contact } from '../../domain/contacts/contact.ts';
import type { Item } from './conditions.ts';
import { contactKey, optedOutOfWorkspace } from './keys.ts';

/** A contact with the version of its item: a write holds it against what stands there. */
export interface HeldContact {
  readonly contact: Contact;
  readonly version: number;
}

/** Whoever opted out is in an index of its own. */
export const contactItem = (contact: Contact, version: number): Item => ({
  ...contactKey(contact.workspaceId, contact.id),
  ...contact,
  version,
  ...(contact.optedOut && !contact.isForgotten && { gsi1pk: optedOutOfWorkspace(contact.workspaceId), gsi1sk: contact.id }),
});

export const contactOf = (item: Item): Contact => {
  const { id, workspaceId, name, isNameGiven, identities, attributes, optedOut, consentAt, origin, createdAt, updatedAt, isForgotten } = item as unknown as Contact;
  return { id, workspaceId, name, isNameGiven, identities, attributes, optedOut, consentAt, origin, createdAt, updatedAt, ...(isForgotten && { isForgotten }) };
};

export const heldOf = (item: Item): HeldContact => ({ contact: contactOf(item), version: Number(item['version']) });
