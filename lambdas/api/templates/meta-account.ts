import { DomainError } from '../../../shared/domain/errors.ts';
import type { MetaAccounts, MetaCredentials } from '../../../shared/domain/meta/credentials.ts';
import type { GraphFailure } from '../../../shared/domain/meta/graph.ts';
import type { Sessions } from '../../../shared/domain/sessions/sessions.ts';

/** The credentials of a session of the workspace. Throws for another workspace's session, and for one without an account. */
export async function accountOf(
  { sessions, accounts }: { readonly sessions: Pick<Sessions, 'get'>; readonly accounts: Pick<MetaAccounts, 'get'> },
  workspaceId: string,
  sessionId: string,
): Promise<MetaCredentials> {
  const { provider } = await sessions.get(workspaceId, sessionId);
  if (provider === 'meta') return accounts.get(sessionId);
  throw new DomainError('invalid', 'unsupported_by_provider', 'Templates are for numbers at Meta. Name a session with provider meta.', {
    fields: [{ path: 'sessionId', message: 'is no session with provider meta' }],
  });
}

/** What a client is told when Meta does not do what it was asked. */
export function graphError(failure: GraphFailure): DomainError {
  if (failure.outcome === 'refused' && failure.status < 500) {
    const detail = `Meta refuses it (${failure.code}): ${failure.message.slice(0, 500)}`;
    return failure.status === 429 || failure.code === 4
      ? new DomainError('throttled', 'meta_busy', detail, { retryAfterSeconds: failure.retryAfter ?? 60 })
      : new DomainError('invalid', 'meta_refused', detail);
  }
  return new DomainError('unavailable', 'meta_unavailable', 'Meta gave no answer, so it may have done it or not. POST /v1/templates/sync tells.', { retryAfterSeconds: 10 });
}
