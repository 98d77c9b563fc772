import { DomainError } from '../errors.ts';
import type { Session } from './session.ts';

/** Throws `unsupported_by_provider` for a session without a browser: there is nothing to scan, start or unlink. */
export function requireWebjs({ id, provider }: Pick<Session, 'id' | 'provider'>): void {
  if (provider === 'webjs') return;
  const message = `Session ${id} is a number at Meta: it needs no linking and is always connected. To end it, delete it.`;
  throw new DomainError('invalid', 'unsupported_by_provider', message);
}
