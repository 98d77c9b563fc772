import { uptime } from 'node:os';
import type { Clock } from '../../shared/domain/clock.ts';

/**
 * Milliseconds since the machine started. Unlike the wall clock nobody sets it, and unlike `performance.now()` it goes on
 * while the machine sleeps: the leases of a suspended instance run out, and it must know when it wakes.
 */
export const monotonicClock: Clock = { now: () => uptime() * 1_000 };
