import type { Contact } from '../../../shared/domain/contacts/contact.ts';
import { contactEvent } from '../../../shared/domain/contacts/contact-event.ts';
import type { Changed } from '../../../shared/domain/contacts/contacts.ts';
import { gatherChats, type GatherChatsDeps } from '../../../shared/domain/contacts/gather-chats.ts';
import type { SkipOptedOut } from '../../../shared/domain/contacts/skip-opted-out.ts';
import type { PublishEvents } from '../../../shared/domain/webhooks/publish-events.ts';
import { derivedId } from '../../../shared/identity/derived-id.ts';

export interface AfterChangeDeps extends GatherChatsDeps {
  readonly skipOptedOut: SkipOptedOut;
  readonly publish: PublishEvents;
}

/** What follows from a change made through the API. `before`: the contact as it was, if it was there. */
export const makeAfterChange = (deps: AfterChangeDeps) =>
  async ({ contact, merged }: Changed, before: Contact | undefined, now: number): Promise<Contact> => {
    if (contact === undefined) throw new TypeError('A change that was made has a contact');
    if (contact.identities.length > 1) await gatherChats(deps, contact);
    if (contact.optedOut) await deps.skipOptedOut(contact);
    if (before !== undefined) await deps.publish(contact.workspaceId, [contactEvent(eventId(contact, now), contact, kindOf(contact, before, merged), now)]);
    return contact;
  };
export type AfterChange = ReturnType<typeof makeAfterChange>;

const eventId = (contact: Contact, now: number): string => derivedId('evt', now, 'contact.updated', contact.id, JSON.stringify(contact));

function kindOf(after: Contact, before: Contact, merged: readonly Contact[]) {
  if (after.optedOut !== before.optedOut) return after.optedOut ? 'opted_out' : 'opted_in';
  return merged.length > 0 ? 'merged' : 'updated';
}
