import type { contactRoutes } from '../../../shared/contracts/api/routes/contacts.ts';
import { newContact, withFacts, type Contact, type ContactFacts } from '../../../shared/domain/contacts/contact.ts';
import { contactView } from '../../../shared/domain/contacts/contact-view.ts';
import type { Contacts } from '../../../shared/domain/contacts/contacts.ts';
import { uniteAll } from '../../../shared/domain/contacts/unite.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import { derivedId } from '../../../shared/identity/derived-id.ts';
import type { Operation } from '../../http/api-request.ts';
import { identitiesIn } from './identities-in.ts';
import type { AfterChange } from './after-change.ts';

export interface CreateContactDeps {
  readonly contacts: Pick<Contacts, 'change'>;
  readonly afterChange: AfterChange;
}

/** One that a chat made is taken over: whoever creates it knows more about it. */
export const makeCreateContact = ({ contacts, afterChange }: CreateContactDeps): Operation<typeof contactRoutes.createContact> =>
  async ({ workspaceId, body, now, seed }) => {
    const identities = identitiesIn(body);
    const { name, attributes, optedOut } = body;
    const facts: ContactFacts = { identities, ...(name !== undefined && { name }), isNameGiven: true, ...(attributes && { attributes }), ...(optedOut !== undefined && { optedOut }), at: now };
    const id = derivedId('con', now, workspaceId, 'contact', seed);
    const changed = await contacts.change(workspaceId, { identities }, (found) => {
      if (found.some((contact) => contact.id === id)) return uniteAll(found); // an earlier try of this request
      const taken = found.find(({ origin }) => origin !== 'chat');
      if (taken) throw exists(taken, identities);
      const known = uniteAll(found);
      return known ? { ...withFacts(known, facts), origin: 'api' } : newContact(id, workspaceId, 'api', facts);
    });
    const contact = await afterChange(changed, undefined, now);
    return { status: 201, body: contactView(contact) };
  };

function exists({ id, identities }: Contact, asked: readonly string[]): DomainError {
  const path = asked.find((identity) => identities.includes(identity))?.endsWith('@lid') ? 'lid' : 'phoneNumber';
  return new DomainError('conflict', 'contact_exists', `Contact ${id} has this already. Change it with PATCH /v1/contacts/${id}.`, { fields: [{ path, message: `is contact ${id}'s` }] });
}
