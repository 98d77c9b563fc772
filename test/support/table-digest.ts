import { createHash } from 'node:crypto';
import type { TestDynamo } from './dynamodb.ts';

/** A short text that changes whenever anything in the core or messages table does. */
export async function tableDigest(dynamo: TestDynamo): Promise<string> {
  const tables = await Promise.all((['core', 'messages'] as const).map((table) => dynamo.scan(table)));
  const items = tables.flat().map((item) => JSON.stringify(sorted(item))).sort();
  return `${items.length} items ${createHash('sha256').update(items.join('\n')).digest('hex')}`;
}

/** Attributes come in any order, those inside lists too. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.keys(value).sort().map((name) => [name, sorted((value as Record<string, unknown>)[name])]));
}
