import { describe, expect, it } from '@jest/globals';
import { crc32c } from '@aws-crypto/crc32c';
import { wholeLength } from '../../../../fleet/storage/leveldb-log.ts';

const BLOCK = 32_768;
const [FULL, FIRST, MIDDLE, LAST] = [1, 2, 3, 4];

function record(type: number | undefined, bytes: number, fill = 'x'): Buffer {
  const body = Buffer.concat([Buffer.from([type ?? 0]), Buffer.alloc(bytes, fill)]);
  const crc = crc32c(body);
  const header = Buffer.alloc(6);
  header.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0);
  header.writeUInt16LE(bytes, 4);
  return Buffer.concat([header, body]);
}

describe('the log of a LevelDB', () => {
  const two = Buffer.concat([record(FULL, 100), record(FULL, 50)]);

  it('is whole as it was written', () => {
    expect(wholeLength(Buffer.alloc(0))).toBe(0);
    expect(wholeLength(two)).toBe(two.length);
  });

  it('is whole up to the record that was cut, wherever', () => {
    for (let length = 107; length < two.length; length++) expect(wholeLength(two.subarray(0, length))).toBe(107);
  });

  it('is whole up to a record that others were written over', () => {
    expect(wholeLength(Buffer.concat([two.subarray(0, 120), record(FULL, 30)]))).toBe(107);
    expect(wholeLength(Buffer.concat([record(FULL, 100), Buffer.alloc(200)]))).toBe(107);
  });

  it('counts a record in parts once it is complete', () => {
    const parts = [record(FIRST, BLOCK - 7), record(MIDDLE, BLOCK - 7), record(LAST, 9)];
    const whole = Buffer.concat([...parts, record(FULL, 1)]);
    expect(wholeLength(whole)).toBe(whole.length);
    expect(wholeLength(Buffer.concat(parts.slice(0, 2)))).toBe(0);
    expect(wholeLength(Buffer.concat([...parts.slice(0, 2), record(FULL, 1)]))).toBe(0);
    expect(wholeLength(Buffer.concat([record(FULL, 1), record(LAST, 9)]))).toBe(8);
  });

  it('leaves the rest of a block that has no room for a header', () => {
    const filled = Buffer.concat([record(FULL, BLOCK - 7 - 4), Buffer.alloc(4), record(FULL, 5)]);
    expect(wholeLength(filled)).toBe(filled.length);
  });
});
