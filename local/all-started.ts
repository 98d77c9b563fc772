/** Waits for all, even if some fail, so that nothing is still starting when what has started is ended. */
export async function allStarted<T extends readonly unknown[]>(starting: {
  readonly [K in keyof T]: Promise<T[K]>;
}): Promise<T> {
  await Promise.allSettled(starting);
  return Promise.all(starting) as Promise<unknown> as Promise<T>;
}
