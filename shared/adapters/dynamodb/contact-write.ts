import { TransactWriteCommand, type DynamoDBDocumentClient, type TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import pLimit from 'p-limit';
import type { Contact } from '../../domain/contacts/contact.ts';
import { searchTermsOf } from '../../domain/contacts/search-terms.ts';
import { isLostRace } from './conditions.ts';
import { contactItem, type HeldContact } from './contact-item.ts';
import { aliasKey, contactKey, mergedContactKey, searchTermKey, type Key } from './keys.ts';

type Action = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** What one write of contacts does: `before` are replaced by `after`, into which all but the one with its id merge. */
export interface ContactWrite {
  readonly before: readonly HeldContact[];
  /** `undefined`: nothing stays of them. */
  readonly after: Contact | undefined;
}

/**
 * Contact, names and search index in one transaction, on condition that nothing of it has changed since it was read.
 * `false`: something has. A contact has a handful of names and at most eight words, so a hundred actions suffice.
 */
export const writeContact = (doc: DynamoDBDocumentClient, tableName: string, write: ContactWrite): Promise<boolean> =>
  transact(doc, actionsOf(tableName, write));

async function transact(doc: DynamoDBDocumentClient, TransactItems: Action[]): Promise<boolean> {
  try {
    await doc.send(new TransactWriteCommand({ TransactItems }));
    return true;
  } catch (error) {
    if (isLostRace(error)) return false;
    throw error;
  }
}

const MOST_ACTIONS = 100;
const WRITES_AT_ONCE = 4;

/** New ones, as many in a transaction as fit; all of one fail together. `true` at the places of those written. */
export async function writeNewContacts(doc: DynamoDBDocumentClient, tableName: string, contacts: readonly Contact[]): Promise<boolean[]> {
  const limit = pLimit(WRITES_AT_ONCE);
  const groups = fittingTransactions(contacts.map((after) => actionsOf(tableName, { before: [], after })));
  const written = await Promise.all(groups.map((group) => limit(async () => {
    const isWritten = await transact(doc, group.flat());
    return group.map(() => isWritten);
  })));
  return written.flat();
}

function fittingTransactions(all: readonly (readonly Action[])[]): (readonly Action[])[][] {
  const groups: (readonly Action[])[][] = [];
  let room = 0;
  for (const actions of all) {
    if (actions.length > room) {
      groups.push([]);
      room = MOST_ACTIONS;
    }
    groups.at(-1)?.push(actions);
    room -= actions.length;
  }
  return groups;
}

const actionsOf = (tableName: string, write: ContactWrite): Action[] => [
  ...contactActions(tableName, write),
  ...aliasActions(tableName, write),
  ...searchActions(tableName, write),
];

function contactActions(TableName: string, { before, after }: ContactWrite): Action[] {
  const own = before.find(({ contact }) => contact.id === after?.id);
  const gone = before.filter((held) => held !== own);
  return [
    ...(after === undefined ? [] : [{ Put: { TableName, Item: contactItem(after, (own?.version ?? 0) + 1), ...unchanged(own) } }]),
    ...gone.map((held) => ({ Delete: { TableName, Key: contactKey(held.contact.workspaceId, held.contact.id), ...unchanged(held) } })),
    ...gone.flatMap(({ contact }) => (after === undefined ? [] : [{ Put: { TableName, Item: { ...mergedContactKey(contact.workspaceId, contact.id), into: after.id } } }])),
  ];
}

const unchanged = (held: HeldContact | undefined) =>
  held === undefined
    ? { ConditionExpression: 'attribute_not_exists(pk)' }
    : { ConditionExpression: 'version = :seen', ExpressionAttributeValues: { ':seen': held.version } };

/** An identity is taken if nobody has it, or one of those who merge here. */
function aliasActions(TableName: string, { before, after }: ContactWrite): Action[] {
  const ownerOf = new Map(before.flatMap(({ contact }) => contact.identities.map((identity) => [identity, contact] as const)));
  const taken = (after?.identities ?? []).filter((identity) => ownerOf.get(identity)?.id !== after?.id);
  const freed = [...ownerOf].filter(([identity]) => !after?.identities.includes(identity));
  return [
    ...taken.map((identity) => ({
      Put: { TableName, Item: { ...aliasKey(after?.workspaceId ?? '', identity), contactId: after?.id }, ...heldBy(ownerOf.get(identity)) },
    })),
    ...freed.map(([identity, owner]) => ({ Delete: { TableName, Key: aliasKey(owner.workspaceId, identity), ...heldBy(owner) } })),
  ];
}

const heldBy = (owner: Contact | undefined) =>
  owner === undefined
    ? { ConditionExpression: 'attribute_not_exists(pk)' }
    : { ConditionExpression: 'contactId = :owner', ExpressionAttributeValues: { ':owner': owner.id } };

function searchActions(TableName: string, { before, after }: ContactWrite): Action[] {
  const there = entriesOf(before.map(({ contact }) => contact));
  const wanted = entriesOf(after === undefined ? [] : [after]);
  return [
    ...[...wanted].filter(([name]) => !there.has(name)).map(([, Item]) => ({ Put: { TableName, Item: { ...Item } } })),
    ...[...there].filter(([name]) => !wanted.has(name)).map(([, key]) => ({ Delete: { TableName, Key: { ...key } } })),
  ];
}

const entriesOf = (contacts: readonly Contact[]): ReadonlyMap<string, Key> =>
  new Map(contacts.filter(({ isForgotten }) => !isForgotten).flatMap((contact) => searchTermsOf(contact).map((term) => [`${term}#${contact.id}`, searchTermKey(contact.workspaceId, term, contact.id)] as const)));
