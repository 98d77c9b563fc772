import type { SQSRecord } from 'aws-lambda';
import type { Clock } from '../../shared/domain/clock.ts';
import type { TakenNotes } from '../../shared/domain/queues/taken-notes.ts';
import { loggableError } from '../../shared/observability/loggable-error.ts';
import { logger } from '../../shared/observability/logger.ts';

const NOTE_EVERY_MS = 5_000;

export type NoteTaken = (records: readonly SQSRecord[]) => Promise<void>;

/** Notes how long the jobs of a queue wait, at most every few seconds. SQS tells the age of the oldest to CloudWatch only. */
export function makeNoteTaken(notes: Pick<TakenNotes, 'note'>, queue: string, clock: Clock): NoteTaken {
  let notedAt = -Infinity;

  return async (records) => {
    const at = clock.now();
    if (records.length === 0 || at - notedAt < NOTE_EVERY_MS) return;
    notedAt = at;
    const sentAt = Math.min(...records.map(({ attributes }) => Number(attributes.SentTimestamp) || at));
    await notes.note(queue, { at, waitedMs: Math.max(0, at - sentAt) }).catch((error: unknown) => {
      logger.warn('How long jobs wait was not noted', { failure: loggableError(error) });
    });
  };
}
