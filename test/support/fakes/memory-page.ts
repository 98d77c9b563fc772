import { DomainError } from '../../../shared/domain/errors.ts';
import type { Page, PageRequest } from '../../../shared/domain/page.ts';

/**
 * A page of rows that are in order already. Its cursor names the list, as the real ones do. With `comesBefore`, which
 * orders keys, the row of the cursor may be gone by now.
 */
export function pageOfRows<T>(list: string, rows: readonly T[], { limit, cursor }: PageRequest, keyOf: (row: T) => string, comesBefore?: (a: string, b: string) => boolean): Page<T> {
  const after = cursor === undefined ? undefined : positionIn(list, cursor);
  const isPassed = (row: T) => keyOf(row) === after || (comesBefore?.(keyOf(row), after ?? '') ?? false);
  const start = after === undefined ? 0 : rows.findLastIndex(isPassed) + 1;
  const items = rows.slice(start, start + limit);
  const last = items.at(-1);
  return { items, cursor: last !== undefined && start + limit < rows.length ? `${list}|${keyOf(last)}` : undefined };
}

function positionIn(list: string, cursor: string): string {
  if (cursor.startsWith(`${list}|`)) return cursor.slice(list.length + 1);
  throw new DomainError('invalid', 'invalid_cursor', 'Not of this list.', { fields: [{ path: 'cursor', message: 'is of another list' }] });
}
