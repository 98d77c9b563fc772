/*
 * SQS takes the characters XML has, and refuses a message with any other: half a pair of surrogates, U+FFFE, U+FFFF.
 * Emulators refuse whole pairs, which every emoji is. As escapes all of them travel, and JSON reads them back.
 */
const REFUSED = /[\ud800-\udfff\ufffe\uffff]/g;

/** JSON that any queue takes, whatever texts are in it. */
export const queueJson = (value: unknown): string =>
  JSON.stringify(value).replaceAll(REFUSED, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
