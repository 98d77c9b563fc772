import { forgotten, type Contact } from '../../../shared/domain/contacts/contact.ts';
import type { Contacts } from '../../../shared/domain/contacts/contacts.ts';
import { longestOf, matches, searchTermsOf, wantedTerms } from '../../../shared/domain/contacts/search-terms.ts';
import { contactNotFound } from '../../../shared/domain/errors.ts';
import { pageOfRows } from './memory-page.ts';

/** Contacts in memory: keeps the same contract as the DynamoDB adapter. */
export function memoryContacts(): Contacts {
  const all = new Map<string, Contact>();
  const mergedInto = new Map<string, string>();
  const inWorkspace = (workspaceId: string) => [...all.values()].filter((contact) => contact.workspaceId === workspaceId);
  const owner = (workspaceId: string, identity: string) => inWorkspace(workspaceId).find(({ identities }) => identities.includes(identity));

  const get = (workspaceId: string, contactId: string): Contact => {
    const contact = all.get(contactId);
    const next = mergedInto.get(contactId);
    if (contact?.workspaceId === workspaceId && !contact.isForgotten) return contact;
    if (next === undefined) throw contactNotFound(contactId);
    return get(workspaceId, next);
  };

  return {
    get: async (workspaceId, contactId) => get(workspaceId, contactId),
    async find(workspaceId, identities) {
      return new Map(identities.flatMap((identity) => {
        const contact = owner(workspaceId, identity);
        return contact ? [[identity, contact] as const] : [];
      }));
    },
    async change(workspaceId, { contactId, identities }, decide) {
      const own = contactId === undefined ? [] : [get(workspaceId, contactId)];
      const others = identities.map((identity) => owner(workspaceId, identity)).filter((contact) => contact !== undefined);
      const before = [...new Set([...own, ...others])];
      const after = decide(before);
      if (after === undefined || before.includes(after)) return { contact: after, merged: [], isNew: false, hasChanged: false };
      const merged = before.filter(({ id }) => id !== after.id);
      for (const { id } of merged) {
        all.delete(id);
        mergedInto.set(id, after.id);
      }
      all.set(after.id, after);
      return { contact: after, merged, isNew: before.every(({ id }) => id !== after.id), hasChanged: true };
    },
    async insertMany(contacts) {
      return contacts.map((contact) => {
        const isTaken = all.has(contact.id) || contact.identities.some((identity) => owner(contact.workspaceId, identity) !== undefined);
        if (!isTaken) all.set(contact.id, contact);
        return !isTaken;
      });
    },
    async remove(workspaceId, contactId) {
      const contact = get(workspaceId, contactId);
      const rest = forgotten(contact);
      if (rest) all.set(contact.id, rest);
      else all.delete(contact.id);
    },
    async list(workspaceId, page, { optedOut, search } = {}) {
      const wanted = wantedTerms(search ?? '');
      const kept = inWorkspace(workspaceId).filter((contact) => !contact.isForgotten && (optedOut === undefined || contact.optedOut === optedOut));
      const byId = kept.toSorted((a, b) => (a.id < b.id ? 1 : -1));
      const list = JSON.stringify([workspaceId, optedOut, wanted]);
      if (search === undefined) return pageOfRows(list, byId, page, ({ id }) => id, (a, b) => a > b);
      const hits = wanted.length === 0 ? [] : kept.filter((contact) => matches(searchTermsOf(contact), wanted));
      return pageOfRows(list, hits.toSorted((a, b) => (placeOf(a, wanted) < placeOf(b, wanted) ? -1 : 1)), page, ({ id }) => id);
    },
  };
}

const placeOf = (contact: Contact, wanted: readonly string[]): string =>
  `${searchTermsOf(contact).filter((term) => term.startsWith(longestOf(wanted))).toSorted()[0]}#${contact.id}`;
