import { crc32c } from '@aws-crypto/crc32c';

/*
 * A LevelDB log is blocks of 32 KiB; a block holds records of a masked CRC-32C (4 bytes), the length of the data (2), a
 * type (1) and the data. What does not fit into a block goes on in the next ones.
 * https://github.com/google/leveldb/blob/main/doc/log_format.md
 */
const BLOCK_BYTES = 32_768;
const HEADER_BYTES = 7;
const [FULL, FIRST, MIDDLE, LAST] = [1, 2, 3, 4] as const;

/** As LevelDB stores it: a CRC of data that holds CRCs would not be a good one. */
const masked = (crc: number): number => (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;

/** The end of the record at `start`; `undefined`: it is cut short, or is none. */
function endOfRecord(log: Buffer, start: number): number | undefined {
  const dataAt = start + HEADER_BYTES;
  if (dataAt > log.length) return undefined;
  const end = dataAt + log.readUInt16LE(start + 4);
  const endOfBlock = start - (start % BLOCK_BYTES) + BLOCK_BYTES;
  if (end > Math.min(log.length, endOfBlock)) return undefined;
  return masked(crc32c(log.subarray(start + 6, end))) === log.readUInt32LE(start) ? end : undefined;
}

/** How much of a log, in bytes, is whole: up to the end of the last record with all its parts. */
export function wholeLength(log: Buffer): number {
  let whole = 0;
  let isWithin = false; // a record that began in an earlier part
  for (let at = 0; at < log.length; ) {
    const leftInBlock = BLOCK_BYTES - (at % BLOCK_BYTES);
    if (leftInBlock < HEADER_BYTES) {
      at += leftInBlock; // nothing begins here
      continue;
    }
    const end = endOfRecord(log, at);
    const type = log[at + HEADER_BYTES - 1];
    const fits = isWithin ? type === MIDDLE || type === LAST : type === FULL || type === FIRST;
    if (end === undefined || !fits) break;
    isWithin = type === FIRST || type === MIDDLE;
    at = end;
    if (!isWithin) whole = at;
  }
  return whole;
}
