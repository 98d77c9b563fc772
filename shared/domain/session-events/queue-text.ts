/** What queues refuse in a body, or some of them: U+FFFE, U+FFFF and, as pairs, all beyond the first plane, such as emoji. */
const REFUSED = /[\uD800-\uDFFF\uFFFE\uFFFF]/g;

/** For JSON.parse: half a character, which JSON can write but no table takes, becomes the sign for one that is lost. */
export const mendHalves = (_name: string, part: unknown): unknown => (typeof part === 'string' ? part.toWellFormed() : part);

/**
 * JSON that every queue takes. People write anything, and one batch that a queue refuses would hold up all that its
 * session reports after it; JSON lets any character be written by its number.
 */
export const queueText = (value: unknown): string =>
  JSON.stringify(value).replace(REFUSED, (unit) => `\\u${unit.charCodeAt(0).toString(16)}`);
