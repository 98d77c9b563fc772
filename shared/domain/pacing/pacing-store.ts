import type { PacingState } from './pacing.ts';

/** A session's send history, kept where a move to another instance finds it. */
export interface PacingStore {
  /** `undefined`: the session has never sent anything under pacing. */
  load(sessionId: string): Promise<PacingState | undefined>;
  save(sessionId: string, state: PacingState): Promise<void>;
}
