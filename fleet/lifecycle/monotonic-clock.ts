import type { Clock } from '../../shared/domain/clock.ts';

/** Milliseconds since some fixed moment. Unlike the wall clock nobody sets it, so lease deadlines are kept on it. */
export const monotonicClock: Clock = { now: () => performance.now() };
