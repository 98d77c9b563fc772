import type { sessionRoutes } from '../../../shared/contracts/api/routes/sessions.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import { checkCredentials } from '../../../shared/domain/meta/check-credentials.ts';
import type { MetaAccounts, MetaCredentials } from '../../../shared/domain/meta/credentials.ts';
import type { Graph } from '../../../shared/domain/meta/graph.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';
import type { Sessions } from '../../../shared/domain/sessions/sessions.ts';
import type { ApiRequest } from '../../http/api-request.ts';

export interface CreateMetaSessionDeps {
  readonly sessions: Pick<Sessions, 'insert' | 'get' | 'report'>;
  readonly accounts: Pick<MetaAccounts, 'save' | 'remove'>;
  readonly graph: Pick<Graph, 'numbersOf' | 'subscribe'>;
}

type CreateRequest = ApiRequest<typeof sessionRoutes.createSession>;

/**
 * Makes a session of a number at Meta once Meta takes its credentials; it is connected at once and never has an instance.
 * The credentials are stored first: broken off there, they lead to a session that is not, and the next try replaces them.
 */
export async function createMetaSession(
  { sessions, accounts, graph }: CreateMetaSessionDeps,
  insert: (session: Session) => Promise<Session>,
  { body, now }: CreateRequest,
  draft: Session,
): Promise<Session> {
  const credentials = requireMeta(body);
  const { phoneNumber } = await checkCredentials(graph, credentials);
  const { phoneNumberId, businessAccountId } = credentials;
  const before = await accounts.save({ sessionId: draft.id, workspaceId: draft.workspaceId }, credentials);
  const session = await insert({ ...draft, desired: 'running', status: 'starting', meta: { phoneNumberId, businessAccountId } });
  const at = new Date(now).toISOString();
  const health = { ...session.health, state: 'ok', checkedAt: at } as const; // Meta has just taken its credentials
  await sessions.report(session.id, session.fencingToken, { at, status: 'connected', phoneNumber, health }); // retires who had the number before
  if (before) await accounts.remove(before.sessionId);
  return sessions.get(session.workspaceId, session.id);
}

/** What makes no sense for a number without a browser is refused rather than ignored. */
function requireMeta({ meta, phoneNumber, onDemand, autoStart }: CreateRequest['body']): MetaCredentials {
  if (!meta) throw refusal('meta', 'is required with provider meta');
  if (phoneNumber !== undefined) throw refusal('phoneNumber', 'is for pairing codes; Meta tells the number itself');
  if (onDemand !== null) throw refusal('onDemand', 'is for sessions with a browser');
  if (!autoStart) throw refusal('autoStart', 'must be true: a number at Meta is always connected');
  return meta;
}

const refusal = (path: string, message: string): DomainError =>
  new DomainError('invalid', 'unsupported_by_provider', `With provider meta, ${path} ${message}.`, { fields: [{ path, message }] });
