import * as z from 'zod';
import { NullableInstant, pageOf } from './common.ts';

export const QueueView = z.object({
  name: z.string(),
  waiting: z.int().describe('Messages that a consumer may take now'),
  delayed: z.int().describe('Messages that may be taken later'),
  inFlight: z.int().describe('Taken and not done; those that failed and wait for their next try among them'),
  dead: z.int().describe('Given up after the last try; `redrive` puts them back'),
  waitedSeconds: z.number().nullable().describe('How long the job taken last had waited. `null`: this queue does not note it, or had none yet'),
  lastTakenAt: NullableInstant.describe('When that was, give or take 5 s. Long ago while jobs wait: the consumer does not work'),
});
export type QueueView = z.infer<typeof QueueView>;
export const QueuePage = pageOf(QueueView);

export const RedriveRequest = z.strictObject({ most: z.int().min(1).max(1_000).default(1_000) });
export const RedriveResult = z.object({
  moved: z.int(),
  isEmpty: z.boolean().describe('False: there may be more'),
});
