import type { SessionHealth } from '../../contracts/session-events.ts';

/** Of a session that no instance has looked at yet. */
export const UNKNOWN_HEALTH: SessionHealth = {
  state: 'unknown',
  checkedAt: null,
  detail: null,
  pageBuild: null,
  lastFrameAt: null,
  memoryBytes: null,
  profileBytes: null,
  restarts: 0,
  qr: null,
  newChatsPausedUntil: null,
  instructions: null,
};
