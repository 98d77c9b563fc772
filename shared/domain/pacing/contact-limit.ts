const HOUR_MS = 3_600_000;

/** Unix ms of what one person was sent within the hour, and has not answered since. */
export type ContactSends = readonly number[];

export const recentSends = (sends: ContactSends, answeredAt: number, now: number): ContactSends =>
  sends.filter((at) => at > answeredAt && now - at < HOUR_MS);

/** When one more may go to this person, Unix ms; `now` if at once. `limit` 0: always. */
export function contactFreeAt(sends: ContactSends, answeredAt: number, now: number, limit: number): number {
  const recent = recentSends(sends, answeredAt, now);
  if (limit === 0 || recent.length < limit) return now;
  return (recent[recent.length - limit] ?? now) + HOUR_MS;
}
