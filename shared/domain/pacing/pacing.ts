import type { PacingProfile } from '../../contracts/api/sessions.ts';
import { slowdownOf } from './ban-signs.ts';
import type { PacingRules } from './pacing-rules.ts';
import { warmUpLimit } from './warm-up.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Sends are counted in slices of a window, so that the counts of a day fit in one small item. */
interface Window {
  readonly name: 'minute' | 'hour' | 'day';
  readonly lengthMs: number;
  readonly sliceMs: number;
}

const WINDOWS: readonly Window[] = [
  { name: 'minute', lengthMs: MINUTE, sliceMs: 3 * SECOND },
  { name: 'hour', lengthMs: HOUR, sliceMs: 5 * MINUTE },
  { name: 'day', lengthMs: DAY, sliceMs: HOUR },
];

type Limits = Readonly<Record<Window['name'], number>>;

const DEFAULT: Limits = { minute: 20, hour: 500, day: 5_000 };
const LIMITS: Readonly<Record<Exclude<PacingProfile, 'unlimited'>, Limits>> = {
  default: DEFAULT,
  cautious: { minute: DEFAULT.minute / 2, hour: DEFAULT.hour / 2, day: DEFAULT.day / 2 },
};

/** Sends in one slice: [start of the slice in Unix ms, how many]. */
type Slice = readonly [start: number, count: number];

export interface PacingState {
  readonly slices: Readonly<Record<Window['name'], readonly Slice[]>>;
  readonly lastSentAt: number; // Unix ms, 0: never
  /** Messages sent one after another without a pause; delays grow with it. */
  readonly burst: number;
  /** Unix ms of the first message under pacing, 0: none yet. The ramp of a new number starts there. */
  readonly since: number;
  /** Unix ms of what looked like the way to a ban. */
  readonly banSigns: readonly number[];
  /** Unix ms, 0: not paused. */
  readonly campaignsPausedUntil: number;
  readonly newChatsPausedUntil: number;
}

export const FRESH_PACING: PacingState = {
  slices: { minute: [], hour: [], day: [] }, lastSentAt: 0, burst: 0, since: 0, banSigns: [], campaignsPausedUntil: 0, newChatsPausedUntil: 0,
};

const REST_MS = MINUTE; // a pause this long ends a burst
const SHORTEST_MS = SECOND;
const LONGEST_MS = 3 * SECOND;
const GROWTH_MS = 100; // a message of a burst
const GROWTH_LIMIT = 30; // messages

const isPaced = (profile: PacingProfile): profile is keyof typeof LIMITS => profile !== 'unlimited';

/** 1–3 s, growing to 1–6 s as a burst goes on. Nobody types at an even pace. */
function randomDelayMs(burst: number, random: () => number): number {
  const longest = LONGEST_MS + GROWTH_MS * Math.min(burst, GROWTH_LIMIT);
  return SHORTEST_MS + random() * (longest - SHORTEST_MS);
}

/** When enough of a full window has slid out of view; a slice leaves only as a whole, so limits are never exceeded. */
function roomAt({ name, lengthMs, sliceMs }: Window, slices: readonly Slice[], limits: Limits, now: number): number {
  const inView = slices.filter(([start]) => start + sliceMs + lengthMs > now);
  let excess = inView.reduce((sum, [, count]) => sum + count, 0) - limits[name] + 1;
  let freeAt = now;
  for (const [start, count] of inView) {
    if (excess <= 0) break;
    excess -= count;
    freeAt = start + sliceMs + lengthMs;
  }
  return freeAt;
}

/** A new number starts with fewer a day; a cautious profile halves that too. */
function limitsOf(profile: keyof typeof LIMITS, { since }: PacingState, now: number, { warmUpMessages }: Pick<PacingRules, 'warmUpMessages'>): Limits {
  const limits = LIMITS[profile];
  const share = limits.day / DEFAULT.day;
  return { ...limits, day: Math.min(limits.day, Math.ceil(warmUpLimit(warmUpMessages, since, now) * share)) };
}

/** The earliest Unix ms at which the next message may leave; `now` when it may at once. */
export function nextSendAt(profile: PacingProfile, state: PacingState, now: number, random: () => number, rules: Pick<PacingRules, 'warmUpMessages'>): number {
  if (!isPaced(profile)) return now;
  const limits = limitsOf(profile, state, now, rules);
  const rested = now - state.lastSentAt >= REST_MS;
  const afterDelay = rested ? now : state.lastSentAt + randomDelayMs(state.burst, random) * slowdownOf(state.banSigns, now);
  return Math.max(now, afterDelay, ...WINDOWS.map((window) => roomAt(window, state.slices[window.name], limits, now)));
}

function countIn({ lengthMs, sliceMs }: Window, slices: readonly Slice[], now: number): readonly Slice[] {
  const start = now - (now % sliceMs);
  const kept = slices.filter(([begin]) => begin + sliceMs + lengthMs > now);
  const last = kept.at(-1);
  return last?.[0] === start ? [...kept.slice(0, -1), [start, last[1] + 1]] : [...kept, [start, 1]];
}

/** The state after one more message. */
export function countSend(state: PacingState, now: number): PacingState {
  const [minute, hour, day] = WINDOWS.map((window) => countIn(window, state.slices[window.name], now));
  return {
    ...state,
    since: state.since || now,
    slices: { minute: minute ?? [], hour: hour ?? [], day: day ?? [] },
    lastSentAt: now,
    burst: now - state.lastSentAt >= REST_MS ? 1 : state.burst + 1,
  };
}
