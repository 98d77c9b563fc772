import type { BatchStatementRequest, BatchStatementResponse } from '@aws-sdk/client-dynamodb';
import { BatchExecuteStatementCommand, BatchGetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import pLimit from 'p-limit';
import { DomainError } from '../../domain/errors.ts';
import type { Item } from './conditions.ts';
import type { Key } from './keys.ts';

const STATEMENTS_PER_CALL = 25;
const KEYS_PER_CALL = 100;
const CALLS_AT_ONCE = 8;
const ATTEMPTS = 8;
const FIRST_PAUSE_MS = 20;
const WORTH_RETRYING = new Set([
  'ProvisionedThroughputExceeded',
  'ThrottlingError',
  'RequestLimitExceeded',
  'InternalServerError',
  'TransactionConflict',
]);

export interface Statement extends Omit<BatchStatementRequest, 'Parameters'> {
  readonly Parameters: unknown[];
}
export type StatementResult = Omit<BatchStatementResponse, 'Item'> & { readonly Item?: Item };

/**
 * Inserts each item unless its key is taken, for one write unit a kilobyte. `true` at the places of those inserted now;
 * of two items with one key the first counts. Not a transaction: after an error some may be in, so callers repeat it.
 * `false` can also stand for our own insert, when its answer was lost and the SDK asked again.
 */
export async function insertOnce(doc: DynamoDBDocumentClient, tableName: string, items: readonly Item[]): Promise<boolean[]> {
  const places = new Map<string, number>();
  items.forEach((item, place) => {
    const key = keyText(item);
    if (!places.has(key)) places.set(key, place);
  });
  const unique = [...places.values()];
  const results = await executeStatements(doc, unique.map((place) => insertStatement(tableName, items[place] as Item)));
  const inserted = items.map(() => false);
  unique.forEach((place, i) => (inserted[place] = wasInserted(results[i])));
  return inserted;
}

/**
 * Runs PartiQL statements that each name one item, all reads or all writes, 25 a call and a few calls at once. Results
 * stand at their statements' places; failed conditions and duplicates are results (`Error.Code`), throttling is retried.
 */
export async function executeStatements(doc: DynamoDBDocumentClient, statements: readonly Statement[]): Promise<StatementResult[]> {
  const limit = pLimit(CALLS_AT_ONCE);
  const calls = chunk(statements, STATEMENTS_PER_CALL).map((part) => limit(() => executePart(doc, part)));
  return (await Promise.all(calls)).flat();
}

/** Items at the places of their keys, `undefined` where there is none. A key may stand there more than once. */
export async function batchGet(
  doc: DynamoDBDocumentClient,
  tableName: string,
  keys: readonly Key[],
  options: { readonly consistent?: boolean } = {},
): Promise<(Item | undefined)[]> {
  const unique = [...new Map(keys.map((key) => [keyText(key), { pk: key.pk, sk: key.sk }])).values()];
  const limit = pLimit(CALLS_AT_ONCE);
  const calls = chunk(unique, KEYS_PER_CALL).map((part) => limit(() => getPart(doc, tableName, part, options.consistent ?? false)));
  const found = new Map((await Promise.all(calls)).flat().map((item) => [keyText(item), item]));
  return keys.map((key) => found.get(keyText(key)));
}

const keyText = ({ pk, sk }: Item | Key): string => JSON.stringify([pk, sk]);

function insertStatement(tableName: string, item: Item): Statement {
  const attributes = Object.entries(item).filter(([, value]) => value !== undefined);
  const names = attributes.map(([name]) => `'${name}': ?`).join(', ');
  return { Statement: `INSERT INTO "${tableName}" VALUE {${names}}`, Parameters: attributes.map(([, value]) => value) };
}

function wasInserted(result: StatementResult | undefined): boolean {
  const code = result?.Error?.Code;
  if (code === undefined) return true;
  if (code === 'DuplicateItem') return false;
  throw new Error(`Insert failed: ${code}: ${result?.Error?.Message}`);
}

async function executePart(doc: DynamoDBDocumentClient, statements: readonly Statement[]): Promise<StatementResult[]> {
  const results: StatementResult[] = statements.map(() => ({}));
  let open = statements.map((_, place) => place);
  for (let attempt = 0; open.length > 0; attempt++) {
    await pauseBefore(attempt);
    const call = new BatchExecuteStatementCommand({ Statements: open.map((place) => statements[place] as Statement) });
    const { Responses = [] } = await doc.send(call);
    open.forEach((place, i) => (results[place] = (Responses[i] ?? {}) as StatementResult));
    open = open.filter((place) => WORTH_RETRYING.has(results[place]?.Error?.Code ?? ''));
  }
  return results;
}

async function getPart(doc: DynamoDBDocumentClient, tableName: string, keys: Key[], consistent: boolean): Promise<Item[]> {
  const items: Item[] = [];
  let open: Item[] = keys as unknown as Item[];
  for (let attempt = 0; open.length > 0; attempt++) {
    await pauseBefore(attempt);
    const call = new BatchGetCommand({ RequestItems: { [tableName]: { Keys: open, ConsistentRead: consistent } } });
    const { Responses, UnprocessedKeys } = await doc.send(call);
    items.push(...(Responses?.[tableName] ?? []));
    open = UnprocessedKeys?.[tableName]?.Keys ?? [];
  }
  return items;
}

/** Exponential, with full jitter, before every attempt but the first. Throws once they are used up. */
async function pauseBefore(attempt: number): Promise<void> {
  if (attempt === 0) return;
  if (attempt === ATTEMPTS) {
    throw new DomainError('unavailable', 'database_busy', 'The database is busy. Try again shortly.', { retryAfterSeconds: 2 });
  }
  const pauseMs = Math.random() * FIRST_PAUSE_MS * 2 ** attempt;
  await new Promise((resolve) => setTimeout(resolve, pauseMs));
}

const chunk = <T>(all: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
