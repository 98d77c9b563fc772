/**
 * Lets calls of one key share: while one is under way, all that come in meanwhile wait for one more after it, which
 * therefore starts after each of them came. Fifty messages at once make two nudges.
 */
export function coalesce<A extends readonly unknown[], R>(run: (...args: A) => Promise<R>): (key: string, ...args: A) => Promise<R> {
  const running = new Map<string, Promise<R>>();
  const next = new Map<string, Promise<R>>();

  const start = (key: string, args: A): Promise<R> => {
    const call = run(...args).finally(() => running.delete(key));
    running.set(key, call);
    return call;
  };

  return (key, ...args) => {
    const current = running.get(key);
    if (!current) return start(key, args);
    const waiting = next.get(key);
    if (waiting) return waiting;
    const startNext = () => {
      next.delete(key);
      return start(key, args);
    };
    const following = current.then(startNext, startNext);
    next.set(key, following);
    return following;
  };
}
