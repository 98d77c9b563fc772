import type { SessionStatus } from '../../contracts/session-status.ts';
import { DomainError, type FieldError } from '../errors.ts';
import { canSendType } from '../providers/provider-types.ts';
import type { Session } from '../sessions/session.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { Campaign } from './campaign.ts';

type SessionReader = Pick<Sessions, 'get' | 'list'>;

const PAGE = 200;

/**
 * The sessions a campaign will send from: those it names, which must be linked, or else every connected or hibernating one.
 * Without names, only those whose provider can send the message. Throws `session_not_linked`, `unsupported_by_provider` or
 * `no_connected_session`.
 */
export async function sessionsFor(sessions: SessionReader, campaign: Campaign): Promise<readonly string[]> {
  if (campaign.sessionIds.length > 0) return linkedOnly(sessions, campaign);
  return everyAble(sessions, campaign);
}

/**
 * The sessions a started campaign can send from now: its own that are still linked, or, if all of those are gone, every
 * connected or hibernating one. Throws `no_connected_session`.
 */
export async function sessionsForRetry(sessions: SessionReader, campaign: Campaign): Promise<readonly string[]> {
  const usable = await stillUsable(sessions, campaign);
  return usable.length > 0 ? usable : everyAble(sessions, campaign);
}

/** Of a started campaign's sessions, those that have not been deleted, logged out or given up since. */
export async function stillUsable(sessions: Pick<Sessions, 'get'>, { workspaceId, sessionIds, message }: Campaign): Promise<readonly string[]> {
  const found = await Promise.all(sessionIds.map((id) => findSession(sessions, workspaceId, id)));
  return sessionIds.filter((_, i) => isLinked(found[i]) && found[i] && canSendType(found[i].provider, message.type));
}

async function everyAble(sessions: Pick<Sessions, 'list'>, campaign: Campaign): Promise<readonly string[]> {
  const connected = await listAble(sessions, campaign, 'connected');
  const hibernating = await listAble(sessions, campaign, 'hibernating'); // they wake up to send
  if (connected.length + hibernating.length > 0) return [...connected, ...hibernating];
  const advice = 'No session of this workspace is connected. Link a number, or name the sessions to send from.';
  throw new DomainError('conflict', 'no_connected_session', advice);
}

/** Refuses the ids this workspace does not have, naming each by its place. Throws `unknown_session`. */
export async function requireSessions(
  sessions: Pick<Sessions, 'get'>,
  workspaceId: string,
  sessionIds: readonly string[],
): Promise<void> {
  const found = await Promise.all(sessionIds.map((id) => findSession(sessions, workspaceId, id)));
  const fields = found.flatMap((session, i): FieldError[] =>
    session ? [] : [{ path: `sessionIds.${i}`, message: 'is no session of this workspace' }],
  );
  if (fields.length === 0) return;
  throw new DomainError('invalid', 'unknown_session', 'Some of the sessions do not exist in this workspace.', { fields });
}

async function findSession(sessions: Pick<Sessions, 'get'>, workspaceId: string, sessionId: string): Promise<Session | undefined> {
  try {
    return await sessions.get(workspaceId, sessionId);
  } catch (error) {
    if (error instanceof DomainError && error.kind === 'not-found') return undefined;
    throw error;
  }
}

async function linkedOnly(sessions: Pick<Sessions, 'get'>, { workspaceId, sessionIds, message }: Campaign): Promise<readonly string[]> {
  const found = await Promise.all(sessionIds.map((id) => findSession(sessions, workspaceId, id)));
  const unlinked = sessionIds.filter((_, i) => !isLinked(found[i]));
  const unable = sessionIds.filter((_, i) => found[i] && !canSendType(found[i].provider, message.type));
  if (unable.length > 0) throw unsupported(unable, message.type);
  if (unlinked.length === 0) return [...new Set(sessionIds)];
  throw new DomainError('conflict', 'session_not_linked', `Link these sessions to a phone first: ${unlinked.join(', ')}.`);
}

const unsupported = (sessionIds: readonly string[], type: string): DomainError =>
  new DomainError('invalid', 'unsupported_by_provider', `The provider of these sessions has no messages of type ${type}: ${sessionIds.join(', ')}.`, {
    fields: [{ path: 'message.type', message: 'is not supported by the provider of the sessions' }],
  });

/** It has a phone behind it, even if it is not connected right now: its messages wait for it. */
const isLinked = (session: Session | undefined): boolean =>
  session !== undefined && session.phoneNumber !== null && !['logged_out', 'deleted'].includes(session.desired) && !['logged_out', 'failed', 'deleted'].includes(session.status);

async function listAble(sessions: Pick<Sessions, 'list'>, { workspaceId, message }: Campaign, status: SessionStatus): Promise<readonly string[]> {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await sessions.list(workspaceId, { limit: PAGE, cursor }, { status });
    ids.push(...page.items.filter(({ provider }) => canSendType(provider, message.type)).map(({ id }) => id));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return ids;
}
