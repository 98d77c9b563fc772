import { DomainError } from '../../shared/domain/errors.ts';

/** Only an escape can bring half a character into JSON that came as UTF-8. */
const SURROGATE = /\\ud[89a-f]/i;
const LONGEST_PATH = 200;

/**
 * Throws `invalid_request` naming the first text of a JSON body that holds half a character (a lone surrogate): no table
 * takes one. @param text the JSON as it came, which spares most bodies the search
 */
export function requireWellFormed(text: string, body: unknown): void {
  if (!SURROGATE.test(text)) return;
  const path = brokenText(body)?.slice(0, LONGEST_PATH);
  if (path === undefined) return;
  const message = 'must be well-formed Unicode';
  throw new DomainError('invalid', 'invalid_request', `Not valid: ${path || 'body'}.`, { fields: [{ path, message }] });
}

/** A list of what is still to be looked at, since a client chooses how deep it goes. */
function brokenText(body: unknown): string | undefined {
  const left: (readonly [string, unknown])[] = [['', body]];
  for (let next = left.pop(); next; next = left.pop()) {
    const [path, value] = next;
    if (typeof value === 'string' && !value.isWellFormed()) return path;
    if (typeof value !== 'object' || value === null) continue;
    const names = Object.keys(value);
    const broken = Array.isArray(value) ? undefined : names.find((name) => !name.isWellFormed());
    if (broken !== undefined) return joined(path, broken.toWellFormed());
    for (const name of names) left.push([joined(path, name), (value as Record<string, unknown>)[name]]);
  }
  return undefined;
}

const joined = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);
