import { createHmac, timingSafeEqual } from 'node:crypto';

const FORM = /^sha256=([0-9a-f]{64})$/;

/** Whether Meta signed these very bytes. Takes the same time for any wrong signature of the right form. */
export function isSignedByMeta(body: string, signature: string | undefined, appSecret: string): boolean {
  const hex = FORM.exec(signature ?? '')?.[1];
  if (hex === undefined) return false;
  return timingSafeEqual(Buffer.from(hex, 'hex'), createHmac('sha256', appSecret).update(body).digest());
}

/** Compares texts of any length without telling by the time it takes where they differ. */
export function isSameText(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHmac('sha256', 'compare').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
