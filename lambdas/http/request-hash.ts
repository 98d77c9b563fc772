import { createHash } from 'node:crypto';

/** The same for two requests that ask for the same, however their JSON orders its fields. */
export const requestHash = (method: string, path: string, body: unknown): string =>
  createHash('sha256').update(JSON.stringify([method, path, sorted(body)])).digest('base64url');

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([name, field]) => [name, sorted(field)]);
}
