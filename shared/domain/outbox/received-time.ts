const LIVE_WITHIN_MS = 5_000;

/**
 * When a message came in, in Unix ms. WhatsApp tells whole seconds, which would put a question before or after its
 * answer by chance; so a message we saw arrive takes the time we saw it, one that had waited keeps WhatsApp's.
 */
export function receivedTime(atMs: number, observedAtMs: number): number {
  const lateMs = observedAtMs - atMs;
  return lateMs >= 0 && lateMs < LIVE_WITHIN_MS ? observedAtMs : atMs;
}
