import type { Because } from './session.ts';

/** Why a session is deleted whose number was linked again. */
export const replacedBy = (sessionId: string): Because => ({
  reason: 'user_initiated',
  details: `Its number was linked again, as session ${sessionId}.`,
});
