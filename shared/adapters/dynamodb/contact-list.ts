import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Contact } from '../../domain/contacts/contact.ts';
import type { ContactFilter } from '../../domain/contacts/contacts.ts';
import { longestOf, matches, searchTermsOf, wantedTerms } from '../../domain/contacts/search-terms.ts';
import type { Page, PageRequest } from '../../domain/page.ts';
import { batchGet } from './batch.ts';
import type { Item } from './conditions.ts';
import { contactOf } from './contact-item.ts';
import { decodeCursor, encodeCursor, listName } from './cursor.ts';
import { contactKey, optedOutOfWorkspace, searchTermKey } from './keys.ts';
import { queryPage } from './query-page.ts';
import { INDEX } from './table-names.ts';

/** Entries looked at a step, and in one request; beyond that the page ends early and its cursor leads on. */
const STEP = 200;
const LOOKED_AT_LIMIT = 5_000;

export async function listContacts(doc: DynamoDBDocumentClient, tableName: string, workspaceId: string, page: PageRequest, filter: ContactFilter): Promise<Page<Contact>> {
  if (filter.search !== undefined) return searchContacts(doc, tableName, workspaceId, page, { ...filter, wanted: wantedTerms(filter.search) });
  return filter.optedOut === true ? listOptedOut(doc, tableName, workspaceId, page) : listAll(doc, tableName, workspaceId, page, filter);
}

function listAll(doc: DynamoDBDocumentClient, tableName: string, workspaceId: string, page: PageRequest, { optedOut }: ContactFilter): Promise<Page<Contact>> {
  const list = listName(workspaceId, 'contacts', String(optedOut));
  const { pk } = contactKey(workspaceId, '');
  const query = {
    TableName: tableName,
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :first AND :last',
    FilterExpression: `attribute_not_exists(isForgotten)${optedOut === false ? ' AND optedOut = :no' : ''}`,
    ExpressionAttributeValues: { ':pk': pk, ':first': 'con_', ':last': 'con_~', ...(optedOut === false && { ':no': false }) },
    ScanIndexForward: false,
    ...startAt(decodeCursor(list, page.cursor), (id) => contactKey(workspaceId, id)),
  };
  return queryPage(doc, query, page.limit, contactOf, (last) => encodeCursor(list, String(last['id'])));
}

function listOptedOut(doc: DynamoDBDocumentClient, tableName: string, workspaceId: string, page: PageRequest): Promise<Page<Contact>> {
  const list = listName(workspaceId, 'contacts', 'true');
  const gsi1pk = optedOutOfWorkspace(workspaceId);
  const query = {
    TableName: tableName,
    IndexName: INDEX.gsi1,
    KeyConditionExpression: 'gsi1pk = :list',
    ExpressionAttributeValues: { ':list': gsi1pk },
    ScanIndexForward: false,
    ...startAt(decodeCursor(list, page.cursor), (id) => ({ ...contactKey(workspaceId, id), gsi1pk, gsi1sk: id })),
  };
  return queryPage(doc, query, page.limit, contactOf, (last) => encodeCursor(list, String(last['id'])));
}

const startAt = (position: string | undefined, keyOf: (id: string) => Item | object) =>
  position === undefined ? {} : { ExclusiveStartKey: keyOf(position) as Item };

interface Search extends ContactFilter {
  readonly wanted: readonly string[];
}

/** Follows the entries of the longest term, and keeps those whose contact has the others too. */
async function searchContacts(doc: DynamoDBDocumentClient, tableName: string, workspaceId: string, page: PageRequest, search: Search): Promise<Page<Contact>> {
  const list = listName(workspaceId, 'contacts', String(search.optedOut), ...search.wanted);
  const found: Contact[] = [];
  let cursor = decodeCursor(list, page.cursor);
  if (search.wanted.length === 0) return { items: found, cursor: undefined };
  for (let lookedAt = 0; lookedAt < LOOKED_AT_LIMIT; lookedAt += STEP) {
    const entries = await entriesAfter(doc, tableName, workspaceId, search, cursor);
    const contacts = await batchGet(doc, tableName, entries.items.map(({ contactId }) => contactKey(workspaceId, contactId)));
    for (const [i, entry] of entries.items.entries()) {
      const contact = contacts[i] && contactOf(contacts[i]);
      if (contact && isHit(contact, entry.term, search)) found.push(contact);
      cursor = entry.sk;
      if (found.length === page.limit) break;
    }
    const isLast = entries.cursor === undefined && cursor === entries.items.at(-1)?.sk;
    if (entries.items.length === 0 || isLast) return { items: found, cursor: undefined };
    if (found.length === page.limit) break;
  }
  return { items: found, cursor: cursor && encodeCursor(list, cursor) };
}

interface Entry {
  readonly sk: string;
  readonly term: string;
  readonly contactId: string;
}

function entriesAfter(doc: DynamoDBDocumentClient, tableName: string, workspaceId: string, { wanted }: Search, after: string | undefined): Promise<Page<Entry>> {
  const start = longestOf(wanted);
  const { pk } = searchTermKey(workspaceId, start, '');
  const query = {
    TableName: tableName,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :start)',
    ExpressionAttributeValues: { ':pk': pk, ':start': start },
    ...(after !== undefined && { ExclusiveStartKey: { pk, sk: after } }),
  };
  return queryPage(doc, query, STEP, entryOf, (last) => String(last['sk']));
}

function entryOf({ sk }: Item): Entry {
  const text = String(sk);
  const border = text.lastIndexOf('#');
  return { sk: text, term: text.slice(0, border), contactId: text.slice(border + 1) };
}

/** Whoever has several terms that begin so stands in the list once, at the first of them. */
function isHit(contact: Contact, term: string, { wanted, optedOut }: Search): boolean {
  const terms = searchTermsOf(contact);
  const start = longestOf(wanted);
  const first = terms.filter((one) => one.startsWith(start)).toSorted()[0];
  return !contact.isForgotten && first === term && matches(terms, wanted) && (optedOut === undefined || contact.optedOut === optedOut);
}
