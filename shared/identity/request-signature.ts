import { createHmac, timingSafeEqual } from 'node:crypto';

/** How far the time of a signed request may be from ours, either way. */
export const SIGNATURE_WINDOW_MS = 300_000;

/** What a signature covers, joined as it is: timestamp (Unix seconds), method, path, body. */
export interface SignedParts {
  readonly timestamp: string;
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

export interface SignedRequest extends Omit<SignedParts, 'timestamp'> {
  /** `X-HMAC-Timestamp` */
  readonly timestamp: string | undefined;
  /** `X-HMAC-Signature`: hex HMAC-SHA256 */
  readonly signature: string | undefined;
}

export const hmacOf = (secret: string, { timestamp, method, path, body }: SignedParts): Buffer =>
  createHmac('sha256', secret).update(timestamp + method + path + body).digest();

/**
 * The signature in one spelling if it is genuine and in time, else `undefined`. Compared in constant time. That it was
 * not used before is for the caller to check: it stays good until its time and the window are over, which is at most
 * two windows from now.
 */
export function genuineSignature(secret: string, { timestamp = '', signature = '', ...parts }: SignedRequest, nowMs: number): string | undefined {
  const isTimely = /^\d{1,12}$/.test(timestamp) && Math.abs(nowMs - Number(timestamp) * 1_000) <= SIGNATURE_WINDOW_MS;
  const expected = hmacOf(secret, { ...parts, timestamp });
  const given = Buffer.from(/^[0-9a-f]{64}$/i.test(signature) ? signature : '', 'hex');
  const isGenuine = given.length === expected.length && timingSafeEqual(given, expected);
  return isTimely && isGenuine ? expected.toString('base64url') : undefined;
}
