/**
 * Numbers batches of session events as they come to the consumer, for senders that share a session and so cannot number
 * them: functions that take Meta's webhooks, or send to Meta, run side by side.
 *
 * The queue gives a session's batches to one consumer at a time and in order, so what is numbered here grows in that order.
 */
export interface Arrivals {
  /**
   * The sequence of a batch of a session. `key` is what makes the batch this one: one that comes again, soon after,
   * gets the number it had before.
   */
  number(sessionId: string, fencingToken: number, key: string): Promise<string>;
}

/** `<fencing token>-<counter>`, ten digits each: the form of `SessionEventBatch.sequence`. */
export const sequenceOf = (fencingToken: number, counter: number): string => `${tenDigits(fencingToken)}-${tenDigits(counter)}`;

const tenDigits = (value: number): string => String(value).padStart(10, '0');
