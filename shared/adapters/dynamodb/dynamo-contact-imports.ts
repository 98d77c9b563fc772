import { gunzipSync, gzipSync } from 'node:zlib';
import { GetCommand, TransactWriteCommand, UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { systemClock, type Clock } from '../../domain/clock.ts';
import type { ContactImport, ContactImports, ImportCounts, ImportedContact, RowError } from '../../domain/contacts/contact-imports.ts';
import { contactImportNotFound } from '../../domain/errors.ts';
import { insertOnce } from './batch.ts';
import { isConditionFailure, isLostRace, type Item } from './conditions.ts';
import { decodeCursor, encodeCursor, listName } from './cursor.ts';
import { ACTIVE_IMPORTS, contactImportKey, importPartKey } from './keys.ts';
import { queryAll } from './query-page.ts';
import { INDEX } from './table-names.ts';

const ERRORS_AN_ITEM = 100;
const KEPT_SECONDS = 30 * 86_400;

/** Slices lie compressed beside their import: names and numbers shrink to a fifth, and a write is paid by the kilobyte. */
export const dynamoContactImports = (doc: DynamoDBDocumentClient, tableName: string, clock: Clock = systemClock): ContactImports => ({
  async insert(started, slices, errors) {
    const { workspaceId, id } = started;
    const expiresAtSeconds = Math.floor(clock.now() / 1_000) + KEPT_SECONDS;
    const sliceItems = slices.map((rows, i) => ({ ...importPartKey(workspaceId, id, 'SLICE', i), rows: packed(rows), expiresAtSeconds }));
    const errorItems = chunks(errors, ERRORS_AN_ITEM).map((part, i) => ({ ...importPartKey(workspaceId, id, 'ERRORS', i), errors: part, expiresAtSeconds }));
    await insertOnce(doc, tableName, [...sliceItems, ...errorItems]);
    const running = started.status === 'running' ? { gsi2pk: ACTIVE_IMPORTS, gsi2sk: id } : {};
    await insertOnce(doc, tableName, [{ ...contactImportKey(workspaceId, id), ...started, ...running, expiresAtSeconds }]);
  },

  get: (workspaceId, importId) => getImport(doc, tableName, workspaceId, importId),

  async openSlice(workspaceId, importId, slice) {
    const { Item } = await doc.send(new GetCommand({ TableName: tableName, Key: importPartKey(workspaceId, importId, 'SLICE', slice), ConsistentRead: true }));
    return Item?.['rows'] === undefined ? undefined : unpacked(Item['rows'] as Uint8Array);
  },

  finishSlice: (workspaceId, importId, slice, counts) => finishSlice(doc, tableName, { workspaceId, importId, slice, counts }),

  async completeIfDone(workspaceId, importId) {
    const found = await getImport(doc, tableName, workspaceId, importId);
    if (found.status === 'completed') return found;
    if (found.slicesDone < found.slices) return undefined;
    await complete(doc, tableName, found, clock.now());
    return getImport(doc, tableName, workspaceId, importId);
  },

  async listErrors(workspaceId, importId, { limit, cursor }) {
    await getImport(doc, tableName, workspaceId, importId);
    const list = listName(workspaceId, 'import-errors', importId);
    const start = Number(decodeCursor(list, cursor) ?? '0');
    const items = await partsOf(doc, tableName, workspaceId, importId, 'ERRORS'); // ten at most
    const errors = items.flatMap((item) => item['errors'] as RowError[]);
    const end = start + limit;
    return { items: errors.slice(start, end), cursor: end < errors.length ? encodeCursor(list, String(end)) : undefined };
  },

  async listRunning(createdBeforeMs) {
    const items = await queryAll(doc, {
      TableName: tableName,
      IndexName: INDEX.gsi2,
      KeyConditionExpression: 'gsi2pk = :active',
      ExpressionAttributeValues: { ':active': ACTIVE_IMPORTS },
    });
    return items.map(importOf).filter(({ createdAt }) => createdAt < createdBeforeMs);
  },

  async pendingSlices(workspaceId, importId) {
    const items = await partsOf(doc, tableName, workspaceId, importId, 'SLICE');
    return items.filter((item) => item['rows'] !== undefined).map(({ sk }) => Number(String(sk).slice('SLICE#'.length)));
  },
});

const packed = (rows: readonly ImportedContact[]): Uint8Array => gzipSync(JSON.stringify(rows));
const unpacked = (bytes: Uint8Array): readonly ImportedContact[] => JSON.parse(gunzipSync(bytes).toString()) as ImportedContact[];

const chunks = <T>(all: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));

async function getImport(doc: DynamoDBDocumentClient, tableName: string, workspaceId: string, importId: string): Promise<ContactImport> {
  const { Item } = await doc.send(new GetCommand({ TableName: tableName, Key: contactImportKey(workspaceId, importId), ConsistentRead: true }));
  if (!Item) throw contactImportNotFound(importId);
  return importOf(Item);
}

function importOf(item: Item): ContactImport {
  const { pk: _pk, sk: _sk, gsi2pk: _list, gsi2sk: _place, expiresAtSeconds: _end, ...found } = item;
  return found as unknown as ContactImport;
}

const partsOf = (doc: DynamoDBDocumentClient, tableName: string, workspaceId: string, importId: string, kind: 'SLICE' | 'ERRORS'): Promise<Item[]> =>
  queryAll(doc, {
    TableName: tableName,
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :kind)',
    ExpressionAttributeValues: { ':pk': contactImportKey(workspaceId, importId).pk, ':kind': `${kind}#` },
  });

interface FinishedSlice {
  readonly workspaceId: string;
  readonly importId: string;
  readonly slice: number;
  readonly counts: ImportCounts;
}

const COUNTS = ['processed', 'created', 'updated', 'duplicates', 'failed'] as const;
const ATTEMPTS = 8;
const PAUSE_MS = 20;

/** Counts and mark in one transaction; slices that finish at the same moment wait for each other. */
async function finishSlice(doc: DynamoDBDocumentClient, TableName: string, { workspaceId, importId, slice, counts }: FinishedSlice): Promise<void> {
  const mark = {
    TableName,
    Key: importPartKey(workspaceId, importId, 'SLICE', slice),
    UpdateExpression: 'REMOVE #rows',
    ConditionExpression: 'attribute_exists(#rows)',
    ExpressionAttributeNames: { '#rows': 'rows' },
  };
  const count = {
    TableName,
    Key: contactImportKey(workspaceId, importId),
    UpdateExpression: `ADD slicesDone :one, ${COUNTS.map((name) => `#${name} :${name}`).join(', ')}`,
    ExpressionAttributeNames: Object.fromEntries(COUNTS.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: { ':one': 1, ...Object.fromEntries(COUNTS.map((name) => [`:${name}`, counts[name]])) },
  };
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    try {
      await doc.send(new TransactWriteCommand({ TransactItems: [{ Update: mark }, { Update: count }] }));
      return;
    } catch (error) {
      if (!isLostRace(error)) throw error;
      if (error.CancellationReasons?.[0]?.Code === 'ConditionalCheckFailed') return; // an earlier run finished it
      await new Promise((resolve) => setTimeout(resolve, Math.random() * PAUSE_MS * 2 ** attempt));
    }
  }
  throw new Error('An import kept changing while a slice was counted');
}

async function complete(doc: DynamoDBDocumentClient, TableName: string, { workspaceId, id }: ContactImport, nowMs: number): Promise<void> {
  const update = new UpdateCommand({
    TableName,
    Key: contactImportKey(workspaceId, id),
    UpdateExpression: 'SET #status = :completed, completedAt = :now REMOVE gsi2pk, gsi2sk',
    ConditionExpression: '#status = :running',
    ExpressionAttributeNames: { '#status': 'status' },
    ExpressionAttributeValues: { ':completed': 'completed', ':running': 'running', ':now': nowMs },
  });
  await doc.send(update).catch((error: unknown) => {
    if (!isConditionFailure(error)) throw error; // somebody else did
  });
}
