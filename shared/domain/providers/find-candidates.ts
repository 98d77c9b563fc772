import type { MessageContent } from '../../contracts/message.ts';
import type { Chats } from '../chats/chats.ts';
import { serviceWindow, type ServiceWindow } from '../meta/service-window.ts';
import type { Session } from '../sessions/session.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { healthOf, type NumberHealth } from './number-health.ts';
import type { RecentOutcomes } from './outcomes.ts';
import type { Candidate } from './select-number.ts';
import type { SendingPolicy } from './sending-policy.ts';

/** Whether a session may send this template: it is approved, on its account. */
export type HasTemplate = (session: Session, template: Extract<MessageContent, { type: 'template' }>['template']) => Promise<boolean>;

export interface FindCandidatesDeps {
  readonly sessions: Pick<Sessions, 'find'>;
  readonly outcomes: Pick<RecentOutcomes, 'recent'>;
  readonly chats: Pick<Chats, 'lastReceivedAt'>;
  readonly hasTemplate: HasTemplate;
}

export interface CandidatesWanted {
  readonly workspaceId: string;
  readonly peer: string;
  readonly content: MessageContent;
  /** In the order in which they should send; one may stand there twice. */
  readonly sessionIds: readonly string[];
  /** The one that last talked to the person. */
  readonly lastUsed: string | undefined;
  readonly failover: SendingPolicy['failover'];
  readonly now: number; // Unix ms
}

/** What is known of each number that might send a message; those that are no more are left out. */
export const makeFindCandidates = (deps: FindCandidatesDeps) =>
  async (wanted: CandidatesWanted): Promise<readonly Candidate[]> => {
    const found = await Promise.all([...new Set(wanted.sessionIds)].map((id) => deps.sessions.find(id)));
    const sessions = found.flatMap((session) => (session?.workspaceId === wanted.workspaceId ? [session] : []));
    const healths = await healthsOf(deps, sessions, wanted);
    return Promise.all(sessions.map((session, i) => candidate(deps, session, healths[i] ?? UP, wanted)));
  };
export type FindCandidates = ReturnType<typeof makeFindCandidates>;

const UP: NumberHealth = { isUp: true, score: 1, reason: null };

/** Nobody asks for it without failover, so it is not read then. */
async function healthsOf({ outcomes }: FindCandidatesDeps, sessions: readonly Session[], { failover, now }: CandidatesWanted): Promise<readonly NumberHealth[]> {
  if (!failover.enabled) return sessions.map(() => UP);
  const recent = await outcomes.recent(sessions.map(({ id }) => id), now);
  return sessions.map((session, i) => healthOf(session, recent[i] ?? { sent: 0, failed: 0, unknown: 0 }, failover, now));
}

async function candidate(deps: FindCandidatesDeps, session: Session, health: NumberHealth, wanted: CandidatesWanted): Promise<Candidate> {
  const { content, lastUsed } = wanted;
  const isTemplate = content.type === 'template';
  return {
    session,
    health,
    window: isTemplate || session.provider !== 'meta' ? 'open' : await windowOf(deps, session, wanted),
    hasTemplate: isTemplate && session.provider === 'meta' && (await deps.hasTemplate(session, content.template)),
    isKnown: session.id === lastUsed,
  };
}

async function windowOf({ chats }: FindCandidatesDeps, { id, workspaceId, createdAt }: Session, { peer, now }: CandidatesWanted): Promise<ServiceWindow> {
  const [lastReceivedAt = 0] = await chats.lastReceivedAt(workspaceId, id, [peer]);
  return serviceWindow(lastReceivedAt, Date.parse(createdAt), now);
}
