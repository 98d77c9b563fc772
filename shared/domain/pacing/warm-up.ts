const DAY_MS = 24 * 3_600_000;

/** Messages a number may send in its present day, from its first message on (`since`, Unix ms, 0: none yet). */
export function warmUpLimit(firstDay: number, since: number, now: number): number {
  if (firstDay === 0) return Infinity;
  const days = since === 0 ? 0 : Math.floor((now - since) / DAY_MS);
  return firstDay * 2 ** days;
}
