/**
 * Puts jobs on a queue, at least once. The table behind holds the work itself, so what a queue loses is found there
 * again. `delaySeconds` up to 900. Rejects with `unavailable` when some could not be sent.
 */
export type EnqueueJobs<Job> = (jobs: readonly Job[], options?: { readonly delaySeconds?: number }) => Promise<void>;

/** A job as the queue gave it out; `receipt` is what it is called by then. */
export interface ReturnedDelivery {
  readonly receipt: string;
  readonly delaySeconds: number;
}

/** Has deliveries that failed come again after a pause of their own: left alone they stay hidden for minutes. */
export type ComeAgain = (deliveries: readonly ReturnedDelivery[]) => Promise<void>;
