const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const FIRST_PAUSE_MS = 15 * MINUTE_MS;
const MOST_DOUBLINGS = 3;

const recent = (signs: readonly number[], now: number): readonly number[] => signs.filter((at) => now - at < DAY_MS);

/** The signs of the last day with one more. Several within a minute are one: a batch is refused as a whole. */
export function addBanSign(signs: readonly number[], now: number): readonly number[] {
  const kept = recent(signs, now);
  const last = kept.at(-1);
  return last !== undefined && now - last < MINUTE_MS ? kept : [...kept, now];
}

/** Until when campaigns pause after the newest of `signs`, Unix ms: 15 minutes, doubled by each further sign, a day at most. */
export function campaignsPausedUntil(signs: readonly number[]): number {
  const last = signs.at(-1);
  if (last === undefined) return 0;
  return last + Math.min(DAY_MS, FIRST_PAUSE_MS * 2 ** (signs.length - 1));
}

/** By what delays between messages grow: doubled by each sign of the last day, three times at most. */
export const slowdownOf = (signs: readonly number[], now: number): number => 2 ** Math.min(MOST_DOUBLINGS, recent(signs, now).length);
