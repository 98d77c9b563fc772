import type { SessionHealth } from '../../contracts/session-events.ts';

const WINDOW_MS = 3_600_000;

/** Rounds of QR codes a session has shown, as its health carries them from one instance to the next. */
export type QrRounds = NonNullable<SessionHealth['qr']>;

/** Counts a round at `now` (Unix ms) if there may be one: at most `limit` within any hour. */
export function nextQrRound(before: QrRounds | null, now: number, limit: number): { readonly isAllowed: boolean; readonly rounds: QrRounds } {
  const recent = (before?.shownAt ?? []).filter((at) => now - Date.parse(at) < WINDOW_MS);
  const isAllowed = recent.length < limit;
  const shownAt = isAllowed ? [...recent, new Date(now).toISOString()] : recent;
  const oldestThatCounts = shownAt.at(-limit);
  const retryAt = isAllowed || oldestThatCounts === undefined ? null : new Date(Date.parse(oldestThatCounts) + WINDOW_MS).toISOString();
  return { isAllowed, rounds: { rounds: shownAt.length, limit, retryAt, shownAt } };
}
