import type { PublicEvent } from '../../contracts/public-event.ts';

/**
 * The event as it is sent: the same bytes on each try, whatever order the table gives its fields in. The envelope's own
 * fields come first.
 */
export const eventBody = ({ id, type, createdAt, workspaceId, sessionId, chatId, sequence, data }: PublicEvent): string =>
  JSON.stringify({ id, type, createdAt, workspaceId, sessionId, chatId, sequence, data: inOrder(data) });

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(fields.map(([name, field]) => [name, inOrder(field)]));
}
