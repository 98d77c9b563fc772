import { QueryCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Chat, ChatFilter } from '../../domain/chats/chats.ts';
import type { Page, PageRequest } from '../../domain/page.ts';
import { asChatItem, chatIdIn, chatOf } from './chat-item.ts';
import { placeAt } from './chat-places.ts';
import type { Item } from './conditions.ts';
import { decodeCursor, encodeCursor, listName } from './cursor.ts';
import { chatsOfWorkspace, dueSort } from './keys.ts';
import { queryPage } from './query-page.ts';
import { INDEX } from './table-names.ts';

const AFTER_ALL = '~';
/** Chats that moved during a paging are found by their new place, which is as late as events may be told. */
const LATE_MS = 10 * 60_000;
const MOST_MOVED = 2_000;

interface Snapshot {
  /** When the first page was read, Unix ms. */
  readonly atMs: number;
  /** Where the page before ended, as of then. */
  readonly before: string;
}

interface Listing {
  readonly doc: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly workspaceId: string;
  readonly filter: ChatFilter;
}

type Placed = readonly [sort: string, item: Item];

/** One page of the list as it was at its snapshot. */
export async function listChats(listing: Listing, page: PageRequest, nowMs: number): Promise<Page<Chat>> {
  const { workspaceId, filter } = listing;
  const list = listName(workspaceId, 'chats', filter.sessionId, String(filter.isUnread ?? false));
  const position = decodeCursor(list, page.cursor);
  if (position === undefined) return firstPage(listing, list, page.limit, nowMs);
  const snapshot = snapshotOf(position);
  const [still, moved] = await Promise.all([whatStayed(listing, snapshot, page.limit), whatMoved(listing, snapshot)]);
  const placed = [...still.items, ...moved].toSorted(([a], [b]) => (a < b ? 1 : -1));
  const shown = placed.slice(0, page.limit);
  const isLast = still.cursor === undefined && placed.length <= page.limit;
  const last = shown.at(-1)?.[0];
  return {
    items: shown.map(([, item]) => chatOf(item)),
    cursor: isLast || last === undefined ? undefined : encodeCursor(list, positionOf({ ...snapshot, before: last })),
  };
}

const positionOf = ({ atMs, before }: Snapshot): string => `${atMs}|${before}`;
const snapshotOf = (position: string): Snapshot => ({ atMs: Number(position.slice(0, position.indexOf('|'))), before: position.slice(position.indexOf('|') + 1) });

const sortIn = (item: Item): string => String(item['chatsSk']);
const putAt = (item: Item): number => asChatItem(item).placedAt ?? 0;

/** Whatever it shows was there at its moment: that is the latest of now and the times its chats were put there. */
async function firstPage(listing: Listing, list: string, limit: number, nowMs: number): Promise<Page<Chat>> {
  const { items, cursor } = await queryPage(listing.doc, queryOf(listing, 'chatsSk < :before', { ':before': AFTER_ALL }), limit, (item) => item, sortIn);
  const atMs = Math.max(nowMs, ...items.map(putAt));
  return { items: items.map(chatOf), cursor: cursor && encodeCursor(list, positionOf({ atMs, before: cursor })) };
}

/** Chats that have not moved since, in their order. */
function whatStayed(listing: Listing, { atMs, before }: Snapshot, limit: number): Promise<Page<Placed>> {
  const conditions = ['(attribute_not_exists(placedAt) OR placedAt <= :at OR lastMessageAt < :late)'];
  const values = { ':before': before, ':at': atMs, ':late': atMs - LATE_MS };
  const query = queryOf(listing, 'chatsSk < :before', values, conditions);
  return queryPage(listing.doc, query, limit, (item): Placed => [sortIn(item), item], sortIn);
}

/** Chats that have, which belong behind where the page before ended. */
async function whatMoved(listing: Listing, { atMs, before }: Snapshot): Promise<readonly Placed[]> {
  const values = { ':before': AFTER_ALL, ':late': dueSort(Math.max(0, atMs - LATE_MS), ''), ':at': atMs };
  const query = queryOf(listing, 'chatsSk BETWEEN :late AND :before', values, ['placedAt > :at']);
  const moved: Placed[] = [];
  let start: Item | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await listing.doc.send(new QueryCommand({ ...query, ExclusiveStartKey: start }));
    moved.push(...Items.flatMap((item): Placed[] => placedThen(item, atMs)));
    start = LastEvaluatedKey;
  } while (start !== undefined && moved.length < MOST_MOVED);
  return moved.filter(([sort]) => sort < before);
}

function placedThen(item: Item, atMs: number): Placed[] {
  const then = placeAt(item, atMs);
  return then === undefined ? [] : [[dueSort(then, chatIdIn(asChatItem(item))), item]];
}

function queryOf({ tableName, workspaceId, filter }: Listing, range: string, values: Item, conditions: readonly string[] = []) {
  const filters = [
    ...conditions,
    ...(filter.sessionId === undefined ? [] : ['sessionId = :sessionId']),
    ...(filter.isUnread === true ? ['unreadCount > :none'] : []),
  ];
  return {
    TableName: tableName,
    IndexName: INDEX.chats,
    KeyConditionExpression: `chatsPk = :workspace AND ${range}`,
    ...(filters.length > 0 && { FilterExpression: filters.join(' AND ') }),
    ExpressionAttributeValues: {
      ':workspace': chatsOfWorkspace(workspaceId),
      ...values,
      ...(filter.sessionId !== undefined && { ':sessionId': filter.sessionId }),
      ...(filter.isUnread === true && { ':none': 0 }),
    },
    ScanIndexForward: false,
  };
}
