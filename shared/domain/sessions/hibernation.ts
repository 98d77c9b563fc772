import type { Session } from './session.ts';

const MINUTE_MS = 60_000;

type Sleeper = Pick<Session, 'status' | 'statusSince' | 'onDemand'>;

/** Since when it has hibernated, RFC 3339; `null`: it does not. */
export const hibernatingSince = ({ status, statusSince }: Pick<Session, 'status' | 'statusSince'>): string | null =>
  status === 'hibernating' ? statusSince : null;

/** When a hibernating session wakes by itself, RFC 3339. It follows its settings, also when they change meanwhile. */
export function wakeAt(session: Sleeper): string | null {
  const since = hibernatingSince(session);
  const everyMinutes = session.onDemand?.wakeEveryMinutes ?? null;
  if (since === null || everyMinutes === null) return null;
  return new Date(Date.parse(since) + everyMinutes * MINUTE_MS).toISOString();
}
