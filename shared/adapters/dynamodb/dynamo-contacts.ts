import { GetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { forgotten, type Contact } from '../../domain/contacts/contact.ts';
import type { About, Changed, Contacts } from '../../domain/contacts/contacts.ts';
import { contactNotFound, DomainError } from '../../domain/errors.ts';
import { batchGet } from './batch.ts';
import { heldOf, type HeldContact } from './contact-item.ts';
import { listContacts } from './contact-list.ts';
import { writeContact, writeNewContacts } from './contact-write.ts';
import { aliasKey, contactKey, mergedContactKey } from './keys.ts';

const ATTEMPTS = 10;
const PAUSE_MS = 15;
const MOST_MERGES = 20; // one after another, of which each found another older one

export function dynamoContacts(doc: DynamoDBDocumentClient, tableName: string): Contacts {
  /** The id a contact has now, after whatever it was merged into. */
  const heldById = async (workspaceId: string, contactId: string): Promise<HeldContact> => {
    let id: string | undefined = contactId;
    for (let merges = 0; id !== undefined && merges < MOST_MERGES; merges++) {
      const contact = await get(doc, tableName, contactKey(workspaceId, id));
      if (contact?.['isForgotten']) break;
      if (contact) return heldOf(contact);
      id = (await get(doc, tableName, mergedContactKey(workspaceId, id)))?.['into'] as string | undefined;
    }
    throw contactNotFound(contactId);
  };

  const heldByIdentity = async (workspaceId: string, identities: readonly string[], consistent: boolean): Promise<ReadonlyMap<string, HeldContact>> => {
    const aliases = await batchGet(doc, tableName, identities.map((identity) => aliasKey(workspaceId, identity)), { consistent });
    const known = identities.flatMap((identity, i) => (aliases[i] ? [{ identity, key: contactKey(workspaceId, String(aliases[i]['contactId'])) }] : []));
    const items = await batchGet(doc, tableName, known.map(({ key }) => key), { consistent });
    return new Map(known.flatMap(({ identity }, i) => (items[i] ? [[identity, heldOf(items[i])] as const] : [])));
  };

  const concerned = async (workspaceId: string, { contactId, identities }: About): Promise<readonly HeldContact[]> => {
    const own = contactId === undefined ? [] : [await heldById(workspaceId, contactId)];
    const others = [...(await heldByIdentity(workspaceId, identities, true)).values()];
    return [...new Map([...own, ...others].map((held) => [held.contact.id, held])).values()];
  };

  return {
    get: async (workspaceId, contactId) => (await heldById(workspaceId, contactId)).contact,

    async find(workspaceId, identities, isConsistent = false) {
      const held = await heldByIdentity(workspaceId, identities, isConsistent);
      return new Map([...held].map(([identity, { contact }]) => [identity, contact]));
    },

    async change(workspaceId, about, decide, isProbablyNew = false) {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const before = isProbablyNew && attempt === 0 ? [] : await concerned(workspaceId, about);
        const after = decide(before.map(({ contact }) => contact));
        if (after === undefined || before.some(({ contact }) => contact === after)) return unchanged(after);
        if (await writeContact(doc, tableName, { before, after })) return changed(before, after);
        await new Promise((resolve) => setTimeout(resolve, Math.random() * PAUSE_MS * 2 ** attempt));
      }
      throw new DomainError('unavailable', 'database_busy', 'The contact keeps changing. Try again shortly.', { retryAfterSeconds: 2 });
    },

    insertMany: (contacts) => writeNewContacts(doc, tableName, contacts),

    async remove(workspaceId, contactId) {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const held = await heldById(workspaceId, contactId);
        if (await writeContact(doc, tableName, { before: [held], after: forgotten(held.contact) })) return;
      }
      throw new DomainError('unavailable', 'database_busy', 'The contact keeps changing. Try again shortly.', { retryAfterSeconds: 2 });
    },

    list: (workspaceId, page, filter = {}) => listContacts(doc, tableName, workspaceId, page, filter),
  };
}

const unchanged = (contact: Contact | undefined): Changed => ({ contact, merged: [], isNew: false, hasChanged: false });

const changed = (before: readonly HeldContact[], after: Contact): Changed => ({
  contact: after,
  merged: before.map(({ contact }) => contact).filter(({ id }) => id !== after.id),
  isNew: before.every(({ contact }) => contact.id !== after.id),
  hasChanged: true,
});

async function get(doc: DynamoDBDocumentClient, tableName: string, Key: { readonly pk: string; readonly sk: string }) {
  return (await doc.send(new GetCommand({ TableName: tableName, Key, ConsistentRead: true }))).Item;
}
