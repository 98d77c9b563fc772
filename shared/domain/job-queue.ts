/**
 * Puts jobs on a queue, at least once. The table behind holds the work itself, so what a queue loses is found there
 * again. `delaySeconds` up to 900. Rejects with `unavailable` when some could not be sent.
 */
export type EnqueueJobs<Job> = (jobs: readonly Job[], options?: { readonly delaySeconds?: number }) => Promise<void>;
