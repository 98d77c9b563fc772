import { createHash } from 'node:crypto';
import type { TestDynamo } from './dynamodb.ts';

/** A short text that changes whenever anything in the core or messages table does. */
export async function tableDigest(dynamo: TestDynamo): Promise<string> {
  const tables = await Promise.all((['core', 'messages'] as const).map((table) => dynamo.scan(table)));
  const items = tables.flat().map((item) => JSON.stringify(sorted(item))).sort();
  return `${items.length} items ${createHash('sha256').update(items.join('\n')).digest('hex')}`;
}

/** Attributes come in any order. */
const sorted = (value: unknown): unknown =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.keys(value).sort().map((name) => [name, sorted((value as Record<string, unknown>)[name])]))
    : value;
