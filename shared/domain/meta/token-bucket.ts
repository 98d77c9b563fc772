/** What is left of an allowance, at a time (Unix ms). */
export interface Bucket {
  readonly tokens: number;
  readonly at: number;
}

export interface BucketRule {
  readonly perSecond: number;
  /** What it holds when nothing was taken for long. */
  readonly burst: number;
}

/** Meta's own limits: 80 messages a second from a number; to one person 45 at once and then one in six seconds. */
export const NUMBER_RULE: BucketRule = { perSecond: 80, burst: 80 };
export const PAIR_RULE: BucketRule = { perSecond: 1 / 6, burst: 45 };

/** The bucket as it is `now`; one that was never used is full. */
export function filled(bucket: Bucket | undefined, { perSecond, burst }: BucketRule, now: number): Bucket {
  if (!bucket) return { tokens: burst, at: now };
  const tokens = bucket.tokens + (Math.max(0, now - bucket.at) / 1_000) * perSecond;
  return { tokens: Math.min(burst, tokens), at: Math.max(now, bucket.at) };
}

export const taken = ({ tokens, at }: Bucket, count: number): Bucket => ({ tokens: tokens - count, at });

/** How long until it holds `count`, in ms; 0: it does now. */
export const msUntil = ({ tokens }: Bucket, { perSecond }: BucketRule, count: number): number =>
  Math.max(0, Math.ceil(((count - tokens) / perSecond) * 1_000));
