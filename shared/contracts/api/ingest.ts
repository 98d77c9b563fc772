import * as z from 'zod';
import { SessionEventBatch } from '../session-events.ts';

export const MOST_INGEST_BYTES = 1024 * 1024;
/** What the queue takes as one message. */
export const MOST_BATCH_BYTES = 256 * 1024;
const MOST_BATCHES = 10;

const isOfItsToken = ({ sequence, fencingToken }: SessionEventBatch): boolean => Number(sequence.slice(0, 10)) === fencingToken;

export const IngestBatch = SessionEventBatch.refine(isOfItsToken, { path: ['sequence'], error: 'must begin with the fencing token' });
export const IngestBatches = z.array(IngestBatch).min(1).max(MOST_BATCHES);

/** One batch, or the next few of one session, in order. */
export const IngestRequest = z.union([IngestBatch, IngestBatches]);

export const IngestResult = z.object({
  accepted: z.int().describe('Batches that are on the queue'),
});

export const SignatureHeaders = z.object({
  'X-HMAC-Timestamp': z.string().describe('Unix time in seconds, at most 300 s from ours'),
  'X-HMAC-Signature': z.string().describe('Hex HMAC-SHA256, with the ingest secret, over timestamp + `POST` + `/v1/ingest/webjs` + body, joined as they are'),
});
