import type { Session } from './session.ts';

const KEPT_MS = 30 * 24 * 3_600_000;

/** A deleted session is found by nobody, but its record and its id are kept for a while. */
export const deletedAt = (nowMs: number): Pick<Session, 'status' | 'statusSince' | 'deletedAt' | 'purgeAfter'> => {
  const at = new Date(nowMs).toISOString();
  return { status: 'deleted', statusSince: at, deletedAt: at, purgeAfter: new Date(nowMs + KEPT_MS).toISOString() };
};
