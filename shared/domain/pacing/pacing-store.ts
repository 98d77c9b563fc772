import type { ContactSends } from './contact-limit.ts';
import type { PacingState } from './pacing.ts';

/** A session's send history, kept where a move to another instance finds it. */
export interface PacingStore {
  /** `undefined`: the session has never sent anything under pacing. */
  load(sessionId: string): Promise<PacingState | undefined>;
  save(sessionId: string, state: PacingState): Promise<void>;
  /** What one person was sent lately; empty if nothing. */
  loadContact(sessionId: string, peer: string): Promise<ContactSends>;
  /** Kept for an hour after the newest. */
  saveContact(sessionId: string, peer: string, sends: ContactSends): Promise<void>;
}
