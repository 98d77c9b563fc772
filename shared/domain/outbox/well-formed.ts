/**
 * The path of the first text within `value` that holds half a character (a lone surrogate), which JSON can write but
 * no database takes. `undefined`: all is well.
 */
export function malformedTextPath(value: unknown, path = ''): string | undefined {
  if (typeof value === 'string') return value.isWellFormed() ? undefined : path;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, part] of Object.entries(value)) {
    const found = malformedTextPath(part, path === '' ? name : `${path}.${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
