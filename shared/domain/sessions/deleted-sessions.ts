import type { Session } from './session.ts';

/** The records of deleted sessions, which are found by nobody else. */
export interface DeletedSessions {
  /** Those that may go first come first. */
  list(): AsyncIterable<Session>;
  /** Removes the record and all that hangs on it, if its time has come. `false`: it has not, or it is gone already. */
  purge(session: Pick<Session, 'id'>): Promise<boolean>;
}
