/** How long after somebody wrote they may be written to without a template. */
export const WINDOW_MS = 24 * 3_600_000;

/** `unknown`: nothing came in through us, but we have not been listening for a whole window yet. */
export type ServiceWindow = 'open' | 'closed' | 'unknown';

/**
 * Whether Meta lets a number write freely to somebody.
 * @param lastReceivedAt when they last wrote, as far as we know; 0: never
 * @param listeningSince when the number was connected here; both Unix ms
 */
export function serviceWindow(lastReceivedAt: number, listeningSince: number, now: number): ServiceWindow {
  if (now - lastReceivedAt < WINDOW_MS) return 'open';
  return now - listeningSince < WINDOW_MS && lastReceivedAt === 0 ? 'unknown' : 'closed';
}
