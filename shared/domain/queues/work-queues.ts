/** How a queue does. Counts are SQS's own, which are approximate. */
export interface QueueState {
  readonly name: string;
  readonly waiting: number; // to be taken now
  readonly delayed: number; // to be taken later
  readonly inFlight: number; // taken, and neither done nor failed yet; or failed, and waiting for the next try
  readonly dead: number; // in the dead-letter queue
}

export interface Redriven {
  readonly moved: number;
  /** Whether the dead-letter queue gave no more. */
  readonly isEmpty: boolean;
}

/** Every queue that work waits in, each with its dead-letter queue. */
export interface WorkQueues {
  list(): Promise<readonly QueueState[]>;
  /**
   * Moves what is dead back to where it came from, at most `most` of it. Each message is put there before it is removed
   * here, so that a crash in between leaves two of it and never none. `undefined`: there is no such queue.
   */
  redrive(name: string, most: number): Promise<Redriven | undefined>;
}
