import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { batchGet, executeStatements, insertOnce } from '../../../shared/adapters/dynamodb/batch.ts';
import { startDynamo, type TestDynamo } from '../../support/dynamodb.ts';

let dynamo: TestDynamo;
beforeAll(async () => {
  dynamo = await startDynamo();
});
afterAll(() => dynamo.stop());

const item = (n: number, more = {}) => ({ pk: 'P', sk: String(n).padStart(4, '0'), nested: { list: [n], left: null }, ...more });

describe('insertOnce', () => {
  it('inserts what is new, reports what was there, and changes none of it', async () => {
    const first = Array.from({ length: 60 }, (_, n) => item(n));
    expect(await insertOnce(dynamo.doc, dynamo.tables.core, first)).toEqual(first.map(() => true));
    const again = [item(59, { changed: true }), item(60), item(60), item(0, { missing: undefined })];
    expect(await insertOnce(dynamo.doc, dynamo.tables.core, again)).toEqual([false, true, false, false]);
    const items = await dynamo.scan('core');
    expect(items).toHaveLength(61);
    expect(items).toContainEqual(item(59));
  });
});

describe('batchGet', () => {
  it('answers at the places of the keys, repeated and unknown ones included', async () => {
    const keys = Array.from({ length: 130 }, (_, n) => ({ pk: 'P', sk: String(n % 65).padStart(4, '0') }));
    const found = await batchGet(dynamo.doc, dynamo.tables.core, keys, { consistent: true });
    expect(found[0]).toEqual(item(0));
    expect(found[65]).toEqual(item(0));
    expect(found[61]).toBeUndefined();
    expect(found.filter(Boolean)).toHaveLength(122);
  });

  it('asks nothing for no keys', async () => {
    expect(await batchGet(dynamo.doc, dynamo.tables.core, [])).toEqual([]);
  });
});

describe('executeStatements', () => {
  it('gives each condition its own outcome', async () => {
    const update = (sk: string, seen: number) => ({
      Statement: `UPDATE "${dynamo.tables.core}" SET changed = ? WHERE pk = ? AND sk = ? AND nested.list[0] = ?`,
      Parameters: [true, 'P', sk, seen],
    });
    const results = await executeStatements(dynamo.doc, [update('0001', 1), update('0002', 99)]);
    expect(results.map((result) => result.Error?.Code)).toEqual([undefined, 'ConditionalCheckFailed']);
  });
});
