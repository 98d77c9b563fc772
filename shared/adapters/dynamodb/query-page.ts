import { QueryCommand, type DynamoDBDocumentClient, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Page } from '../../domain/page.ts';
import type { Item } from './conditions.ts';

/** At least this many items are looked at a call when a filter may drop most of them. */
const READ_AT_LEAST = 100;

/**
 * One page of a query, read on past items its filter drops until the page is full. `cursorOf` makes the cursor from
 * the last item given out; there is none once the query has come to its end.
 */
export async function queryPage<T>(
  doc: DynamoDBDocumentClient,
  query: QueryCommandInput,
  limit: number,
  rowOf: (item: Item) => T,
  cursorOf: (last: Item) => string,
): Promise<Page<T>> {
  const { items, isLast } = await readPassing(doc, query, limit);
  const last = items.at(-1);
  return { items: items.map(rowOf), cursor: isLast || !last ? undefined : cursorOf(last) };
}

/**
 * Reads on until `limit` items passed the query's filter or the list ends. The caller continues after the last item it
 * got, so nothing is lost if more passed than were asked for.
 */
async function readPassing(
  doc: DynamoDBDocumentClient,
  query: QueryCommandInput,
  limit: number,
): Promise<{ readonly items: readonly Item[]; readonly isLast: boolean }> {
  const batch = query.FilterExpression === undefined ? limit + 1 : Math.max(limit + 1, READ_AT_LEAST);
  const items: Item[] = [];
  let start = query.ExclusiveStartKey;
  do {
    const page = await doc.send(new QueryCommand({ ...query, Limit: batch, ExclusiveStartKey: start }));
    items.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
  } while (start && items.length <= limit);
  return { items: items.slice(0, limit), isLast: !start && items.length <= limit };
}

/** Everything a query finds, for lists that are short by nature. */
export async function queryAll(doc: DynamoDBDocumentClient, query: QueryCommandInput): Promise<Item[]> {
  const items: Item[] = [];
  let start: QueryCommandInput['ExclusiveStartKey'];
  do {
    const { Items = [], LastEvaluatedKey } = await doc.send(new QueryCommand({ ...query, ExclusiveStartKey: start }));
    items.push(...Items);
    start = LastEvaluatedKey;
  } while (start !== undefined);
  return items;
}
