import { crc32 } from 'node:zlib';

const NEWLINE = 0x0a;
const SUM_LENGTH = 8;

/** Where a line is in its file. Numbers count from 1. */
export interface SpoolLine {
  readonly number: number;
  readonly offset: number;
  readonly length: number; // in bytes, with its newline
}

const sumOf = (text: string | Buffer): string => crc32(text).toString(16).padStart(SUM_LENGTH, '0');

/** One line: a checksum and a JSON text, which has no newline in it. */
export const lineOf = (json: string): string => `${sumOf(json)} ${json}\n`;

/** The whole lines of a file, in order. A tail without its newline was never acknowledged; `onDamage` hears of any other line that is not what was written. */
export function* linesIn(content: Buffer, onDamage: () => void): Generator<{ readonly line: SpoolLine; readonly text: string }> {
  let offset = 0;
  for (let number = 1; offset < content.length; number++) {
    const end = content.indexOf(NEWLINE, offset);
    if (end < 0) return;
    const json = content.subarray(offset + SUM_LENGTH + 1, end);
    const line = { number, offset, length: end + 1 - offset };
    if (content.toString('latin1', offset, offset + SUM_LENGTH) === sumOf(json)) yield { line, text: json.toString() };
    else onDamage();
    offset = end + 1;
  }
}
