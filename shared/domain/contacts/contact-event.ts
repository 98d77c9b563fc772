import type { PublicEvent } from '../../contracts/public-event.ts';
import type { Contact } from './contact.ts';
import { contactView } from './contact-view.ts';

/** `contact.updated`: somebody opted out or in, was merged with another, or was changed through the API. */
export const contactEvent = (id: string, contact: Contact, change: 'opted_out' | 'opted_in' | 'merged' | 'updated', atMs: number): PublicEvent => ({
  id,
  type: 'contact.updated',
  createdAt: new Date(atMs).toISOString(),
  workspaceId: contact.workspaceId,
  data: { ...contactView(contact), change },
});
