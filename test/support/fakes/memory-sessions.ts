import type { Clock } from '../../../shared/domain/clock.ts';
import { systemClock } from '../../../shared/domain/clock.ts';
import { DomainError, sessionNotFound } from '../../../shared/domain/errors.ts';
import { applyIntent } from '../../../shared/domain/sessions/apply-intent.ts';
import { applyReport } from '../../../shared/domain/sessions/apply-report.ts';
import { replacedBy } from '../../../shared/domain/sessions/replaced.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';
import type { SessionFilter, SessionIntent, SessionPairingCode, SessionQr, Sessions } from '../../../shared/domain/sessions/sessions.ts';
import { showWaiting } from '../../../shared/domain/sessions/show-waiting.ts';
import { pageOfRows } from './memory-page.ts';

/** `records` is the fake's table: tests may read and set it, as an assignment does. */
export interface MemorySessions extends Sessions {
  readonly records: Map<string, Session>;
}

const isLive = ({ status, desired }: Session): boolean => status !== 'deleted' && desired !== 'deleted';

export function memorySessions(clock: Clock = systemClock): MemorySessions {
  const records = new Map<string, Session>();
  const qrs = new Map<string, SessionQr>();
  const codes = new Map<string, SessionPairingCode>();
  const numbers = new Map<string, { readonly sessionId: string; readonly at: number }>();
  const isValid = (value: { expiresAt: string } | undefined) => value !== undefined && Date.parse(value.expiresAt) > clock.now();

  const find = (id: string) => {
    const session = records.get(id);
    return session?.status === 'deleted' ? undefined : session;
  };
  const get = (workspaceId: string, id: string) => {
    const session = find(id);
    if (session?.workspaceId !== workspaceId) throw sessionNotFound(id);
    return session;
  };
  const ofWorkspace = (workspaceId: string) =>
    [...records.values()].filter((session) => session.workspaceId === workspaceId && session.status !== 'deleted').sort((a, b) => (a.id < b.id ? -1 : 1));
  const ensurePrimary = (workspaceId: string) => {
    const live = ofWorkspace(workspaceId).filter(isLive);
    const primary = live.find(({ isPrimary }) => isPrimary) ?? live[0];
    if (primary) records.set(primary.id, { ...primary, isPrimary: true });
    return primary && records.get(primary.id);
  };
  const intend = (workspaceId: string, id: string, intent: SessionIntent): Session => {
    const after = applyIntent(get(workspaceId, id), intent, clock.now());
    records.set(id, after);
    ensurePrimary(workspaceId);
    return after;
  };
  const settleNumber = (linked: Session, at: number): Session => {
    const { id, workspaceId, phoneNumber } = linked;
    const holder = numbers.get(`${workspaceId}|${phoneNumber}`);
    if (holder && `${holder.at} ${holder.sessionId}` > `${at} ${id}`) return applyIntent(linked, { desired: 'deleted', because: replacedBy(holder.sessionId) }, clock.now());
    numbers.set(`${workspaceId}|${phoneNumber}`, { sessionId: id, at });
    const older = ofWorkspace(workspaceId).filter((other) => other.id !== id && other.phoneNumber === phoneNumber && isLive(other));
    for (const other of older) intend(workspaceId, other.id, { desired: 'deleted', because: replacedBy(id) });
    return linked;
  };
  const forgetNumber = ({ id, workspaceId, phoneNumber }: Session) => {
    const key = `${workspaceId}|${phoneNumber}`;
    if (numbers.get(key)?.sessionId === id) numbers.delete(key);
  };

  return {
    records,
    async insert(session) {
      if (records.has(session.id)) throw new DomainError('conflict', 'session_exists', `Session ${session.id} exists already.`);
      records.set(session.id, { ...session, isPrimary: false });
      ensurePrimary(session.workspaceId);
      return records.get(session.id) as Session;
    },
    get: async (workspaceId, id) => get(workspaceId, id),
    find: async (id) => find(id),
    list: async (workspaceId, page, filter = {}) =>
      pageOfRows(`${workspaceId}|sessions|${JSON.stringify(filter)}`, ofWorkspace(workspaceId).filter(matching(filter)), page, ({ id }) => id),
    findPrimary: async (workspaceId) => ensurePrimary(workspaceId),
    intend: async (workspaceId, id, intent) => intend(workspaceId, id, intent),
    async configure(workspaceId, id, settings) {
      records.set(id, { ...get(workspaceId, id), ...settings });
      return get(workspaceId, id);
    },
    async report(id, fencingToken, report) {
      const before = find(id);
      if (!before || before.fencingToken !== fencingToken) return undefined;
      const reported = applyReport(before, report);
      const isNewlyLinked = reported.phoneNumber !== before.phoneNumber && reported.desired !== 'deleted';
      const after = isNewlyLinked ? settleNumber(reported, Date.parse(report.at)) : reported;
      records.set(id, after);
      if (after.status === 'deleted') forgetNumber(after);
      ensurePrimary(before.workspaceId);
      return before;
    },
    async noteWaiting(id, why) {
      const session = find(id);
      const waiting = session && showWaiting(session, why, new Date(clock.now()).toISOString());
      if (waiting) records.set(id, waiting);
      return waiting;
    },
    saveQr: async (id, qr) => void qrs.set(id, qr),
    findQr: async (id) => (isValid(qrs.get(id)) ? qrs.get(id) : undefined),
    savePairingCode: async (id, code) => void codes.set(id, code),
    findPairingCode: async (id) => (isValid(codes.get(id)) ? codes.get(id) : undefined),
    async clearLinking(id) {
      qrs.delete(id);
      codes.delete(id);
    },
  };
}

const matching = ({ status, instanceId, disconnectedSince }: SessionFilter) => (session: Session): boolean =>
  (status === undefined || session.status === status) &&
  (instanceId === undefined || session.instanceId === instanceId) &&
  (disconnectedSince === undefined || (session.disconnectedAt ?? '') >= new Date(disconnectedSince).toISOString());
