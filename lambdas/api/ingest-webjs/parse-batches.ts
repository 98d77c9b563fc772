import { IngestBatch, IngestBatches, MOST_BATCH_BYTES } from '../../../shared/contracts/api/ingest.ts';
import type { SessionEventBatch } from '../../../shared/contracts/session-events.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import { parseField } from '../../http/field-errors.ts';
import { HttpRefusal } from '../../http/http-refusal.ts';
import { parseJson } from '../../http/request-body.ts';

export type Batches = readonly [SessionEventBatch, ...SessionEventBatch[]];

/** The batches of a request, all of one session. Throws 400, 413 or 422, naming what is wrong. */
export function parseBatches(text: string): Batches {
  const raw = parseJson(text);
  const batches = Array.isArray(raw) ? parseField(IngestBatches, raw) : [parseField(IngestBatch, raw)];
  batches.forEach(requireSize);
  batches.forEach((batch, i) => requireSession(batch, batches[0], i));
  return batches as unknown as Batches;
}

function requireSize(batch: SessionEventBatch, i: number): void {
  if (Buffer.byteLength(JSON.stringify(batch)) <= MOST_BATCH_BYTES) return;
  throw new HttpRefusal(413, 'payload_too_large', `A batch may have ${MOST_BATCH_BYTES} bytes. Put fewer events into one.`, {
    fields: [{ path: `${i}.events`, message: 'has too many bytes' }],
  });
}

function requireSession({ sessionId, workspaceId }: SessionEventBatch, first: SessionEventBatch | undefined, i: number): void {
  if (sessionId === first?.sessionId && workspaceId === first.workspaceId) return;
  throw new DomainError('invalid', 'invalid_request', 'The batches of a request are of one session.', {
    fields: [{ path: `${i}.sessionId`, message: 'is not the session of the first batch' }],
  });
}
