import type { DesiredStatus, SessionStatus, StatusReason } from '../../contracts/session-status.ts';
import type { SessionHealth } from '../../contracts/session-events.ts';
import type { Page, PageRequest } from '../page.ts';
import type { Because, Session, SessionStorage } from './session.ts';

export interface SessionFilter {
  readonly status?: SessionStatus | undefined;
  readonly instanceId?: string | undefined;
  readonly disconnectedSince?: string | undefined;
}

/** What a user asks for. Each flag makes its counter in `Session.requests` grow by one. */
export interface SessionIntent {
  readonly desired?: DesiredStatus;
  readonly restart?: true;
  readonly relink?: true;
  readonly pairingPhoneNumber?: string;
  /** Why, when no user asked for it. */
  readonly because?: Because;
  /** Nothing happens unless the session still stands as it was seen. */
  readonly ifAsSeen?: Pick<Session, 'status' | 'statusSince' | 'desired'>;
}

export type SessionSettings = Partial<Pick<Session, 'name' | 'onDemand' | 'pacing'>>;

/** What the owner observed. Left-out fields stay as they are. */
export interface SessionReport {
  readonly status?: SessionStatus;
  readonly reason?: StatusReason | null;
  readonly details?: string | null;
  readonly phoneNumber?: string | null;
  readonly health?: SessionHealth;
  /** `null`: everything that was stored is wiped. */
  readonly storage?: SessionStorage | null;
  readonly relinksDone?: number;
  readonly lastActivityAt?: string;
  /** Sequence of the batch of events that brings it. */
  readonly by?: string;
  readonly at: string;
}

export interface SessionQr {
  readonly qr: string;
  readonly expiresAt: string;
  readonly attempt: number;
}

export interface SessionPairingCode {
  readonly code: string;
  readonly phoneNumber: string;
  readonly expiresAt: string;
}

/** The sessions of all workspaces. Records with status `deleted` are kept 30 days and found by nobody. */
export interface Sessions {
  /** Fails with `conflict` if the id is taken. The first live session of a workspace becomes its primary one. */
  insert(session: Session): Promise<Session>;
  /** Throws `session_not_found`, for another workspace's session too. */
  get(workspaceId: string, sessionId: string): Promise<Session>;
  /** For the fleet and the queues, which act for no workspace. Strongly consistent. */
  find(sessionId: string): Promise<Session | undefined>;
  list(workspaceId: string, page: PageRequest, filter?: SessionFilter): Promise<Page<Session>>;
  /** The workspace's primary session, `undefined` if it has none. */
  findPrimary(workspaceId: string): Promise<Session | undefined>;
  /** Records what the user wants. Throws `session_not_found`. Returns the session as it is now. */
  intend(workspaceId: string, sessionId: string, intent: SessionIntent): Promise<Session>;
  /** Changes what is given. Throws `session_not_found`. Returns the session as it is now. */
  configure(workspaceId: string, sessionId: string, settings: SessionSettings): Promise<Session>;
  /**
   * Writes what the owner observed, if `fencingToken` is still the session's. A status the session cannot move to is
   * left out (`canMoveSession` with what comes back tells), and so is a report older than the newest one
   * (`isOutOfDate`): queues deliver again. Of the sessions of one number the one linked last stays, the
   * others are retired: `desired` becomes `deleted`.
   * Returns the session before the report; `undefined`: a newer owner exists, the report was dropped.
   */
  report(sessionId: string, fencingToken: number, report: SessionReport): Promise<Session | undefined>;
  /**
   * Shows a session that wants to run and that no instance has room for as `starting`, with `why` in its health
   * (`showWaiting`). Returns the session as it is now; `undefined`: nothing to change, or somebody has it by now.
   */
  noteWaiting(sessionId: string, why: string): Promise<Session | undefined>;
  saveQr(sessionId: string, qr: SessionQr): Promise<void>;
  /** `undefined` when there is none or it has expired. */
  findQr(sessionId: string): Promise<SessionQr | undefined>;
  savePairingCode(sessionId: string, code: SessionPairingCode): Promise<void>;
  findPairingCode(sessionId: string): Promise<SessionPairingCode | undefined>;
  /** Forgets QR and pairing code, once linked or given up. */
  clearLinking(sessionId: string): Promise<void>;
}
