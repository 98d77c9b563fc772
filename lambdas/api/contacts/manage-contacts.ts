import type { contactRoutes } from '../../../shared/contracts/api/routes/contacts.ts';
import type { Chats } from '../../../shared/domain/chats/chats.ts';
import { isSame, withFacts, type Contact, type ContactFacts } from '../../../shared/domain/contacts/contact.ts';
import { contactView, sessionViews } from '../../../shared/domain/contacts/contact-view.ts';
import type { Contacts } from '../../../shared/domain/contacts/contacts.ts';
import { uniteAll } from '../../../shared/domain/contacts/unite.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import { MOST_ATTRIBUTES, type UpdateContactRequest } from '../../../shared/contracts/api/contacts.ts';
import type { Operation } from '../../http/api-request.ts';
import type { AfterChange } from './after-change.ts';
import { identitiesIn } from './identities-in.ts';

export interface ManageContactsDeps {
  readonly contacts: Contacts;
  readonly chats: Pick<Chats, 'ofPeers'>;
  readonly afterChange: AfterChange;
}
type Routes = typeof contactRoutes;

export const makeListContacts = ({ contacts }: Pick<ManageContactsDeps, 'contacts'>): Operation<Routes['listContacts']> =>
  async ({ workspaceId, query: { search, optedOut, ...page } }) => {
    const { items, cursor } = await contacts.list(workspaceId, page, { ...(search !== undefined && { search }), ...(optedOut !== undefined && { optedOut }) });
    return { status: 200, body: { data: items.map(contactView), nextCursor: cursor ?? null } };
  };

export const makeGetContact = ({ contacts, chats }: Pick<ManageContactsDeps, 'contacts' | 'chats'>): Operation<Routes['getContact']> =>
  async ({ workspaceId, params: { id } }) => {
    const contact = await contacts.get(workspaceId, id);
    const sessions = sessionViews(await chats.ofPeers(workspaceId, contact.identities));
    return { status: 200, body: { ...contactView(contact), sessions } };
  };

export const makeUpdateContact = ({ contacts, afterChange }: Pick<ManageContactsDeps, 'contacts' | 'afterChange'>): Operation<Routes['updateContact']> =>
  async ({ workspaceId, params: { id }, body, now }) => {
    const identities = identitiesIn(body);
    let before: Contact | undefined;
    const changed = await contacts.change(workspaceId, { contactId: id, identities }, (found) => {
      before = found[0];
      const after = withFacts(uniteAll(found) as Contact, factsIn(body, identities, now));
      requireFewAttributes(after);
      return found[0] !== undefined && isSame(after, found[0]) ? found[0] : after;
    });
    const contact = changed.hasChanged ? await afterChange(changed, before, now) : changed.contact;
    return { status: 200, body: contactView(contact as Contact) };
  };

const factsIn = ({ name, attributes, optedOut }: UpdateContactRequest, identities: readonly string[], at: number): ContactFacts => ({
  identities,
  ...(name !== undefined && { name, isNameGiven: true }),
  ...(attributes !== undefined && { attributes }),
  ...(optedOut !== undefined && { optedOut }),
  at,
});

function requireFewAttributes({ attributes }: Contact): void {
  if (Object.keys(attributes).length <= MOST_ATTRIBUTES) return;
  const fields = [{ path: 'attributes', message: `a contact has ${MOST_ATTRIBUTES} at most` }];
  throw new DomainError('invalid', 'invalid_request', 'Not valid: attributes.', { fields });
}

export const makeDeleteContact = ({ contacts }: Pick<ManageContactsDeps, 'contacts'>): Operation<Routes['deleteContact']> =>
  async ({ workspaceId, params: { id } }) => {
    await contacts.remove(workspaceId, id);
    return { status: 204 };
  };
