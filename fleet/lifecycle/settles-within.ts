/** Waits for `work`, but not longer than `limitMs`. `false`: it was not over by then. Its failure is its own affair. */
export async function settlesWithin(limitMs: number, work: Promise<unknown>): Promise<boolean> {
  const { promise: limit, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), limitMs);
  const over = work.then(() => true, () => true);
  try {
    return await Promise.race([over, limit]);
  } finally {
    clearTimeout(timer);
  }
}
