import { StaleOwnerError, type SkippedCopy } from '../storage/session-store.ts';
import type { SessionContext } from './session-context.ts';

const WHY: Readonly<Record<string, string>> = {
  ENOSPC: 'the store is full',
  EDQUOT: 'the store is full',
  EROFS: 'the store is read-only',
  EACCES: 'the store may not be written to',
  EIO: 'the store fails',
};
const BYTES_PER_MB = 1_000_000;

/** Tells why a session starts from an older copy, or from none. */
export function warnOfSkipped(context: SessionContext, skipped: readonly SkippedCopy[], isRestored: boolean): void {
  for (const { code, detail } of skipped) context.warn('session_store', code, detail);
  if (isRestored) return;
  const detail = `None of the ${skipped.length} stored copies of the profile can be used: the number has to be linked again`;
  context.warn('session_store', 'no_usable_snapshot', detail);
  context.health.note({ state: 'degraded', detail });
}

/** No names of files or folders: webhooks carry this out of the house. The log has the error. */
export function warnOfFailure(context: SessionContext, error: unknown): void {
  const { services, sessionId } = context;
  services.log.warn({ sessionId, err: error }, 'snapshot not taken');
  if (error instanceof StaleOwnerError) return; // whoever replaced us takes snapshots
  const why = WHY[(error as NodeJS.ErrnoException).code ?? ''] ?? 'see the log of the instance';
  context.warn('session_store', 'snapshot_failed', `No snapshot could be taken (${why}); the one before still counts, and the next try comes soon`);
}

export function warnIfLarge(context: SessionContext, bytes: number): void {
  const { storageQuotaBytes } = context.services;
  if (storageQuotaBytes === 0 || bytes <= storageQuotaBytes) return;
  const [taken, quota] = [bytes, storageQuotaBytes].map((size) => Math.ceil(size / BYTES_PER_MB));
  context.warn('session_store', 'over_quota', `A snapshot takes ${taken} MB, the quota is ${quota} MB`);
}
