import { createHash } from 'node:crypto';
import * as z from 'zod';
import { DomainError } from '../../domain/errors.ts';

/*
 * A cursor says where in a list the next page starts, and of which list it is. It holds a position (a sort key), never
 * a partition: the reader rebuilds that from its own workspace, so no cursor leads into another one's.
 */
const Cursor = z.tuple([z.string(), z.string().min(1)]);

const fingerprint = (list: string): string => createHash('sha256').update(list).digest('base64url').slice(0, 11);

/** `list` names one list as one caller sees it: workspace, kind and filters (see `listName`). */
export const encodeCursor = (list: string, position: string): string =>
  Buffer.from(JSON.stringify([fingerprint(list), position])).toString('base64url');

/** The position inside a cursor. Throws `invalid_cursor` for one that is garbled or of another list. */
export function decodeCursor(list: string, cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const [madeFor, position] = parseCursor(cursor);
  if (madeFor !== fingerprint(list)) throw invalidCursor();
  return position;
}

/** A name for `encodeCursor` that differs whenever a part does; left-out filters may be `undefined`. */
export const listName = (...parts: readonly (string | undefined)[]): string => JSON.stringify(parts);

function parseCursor(cursor: string): z.infer<typeof Cursor> {
  try {
    return Cursor.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch (error) {
    throw invalidCursor({ cause: error });
  }
}

const invalidCursor = (options?: ErrorOptions): DomainError =>
  new DomainError('invalid', 'invalid_cursor', 'The cursor is not of this list. Start again without one.', {
    ...options,
    fields: [{ path: 'cursor', message: 'must be the `nextCursor` of a page of the same list with the same filters' }],
  });
