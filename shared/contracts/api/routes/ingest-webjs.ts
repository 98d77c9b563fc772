import { IngestRequest, IngestResult, MOST_INGEST_BYTES, SignatureHeaders } from '../ingest.ts';
import type { Routes } from './route.ts';

/** For instances that reach no queue of ours; docs/ingest.md. */
export const ingestWebjsRoutes = {
  ingestWebjs: {
    method: 'POST',
    path: '/v1/ingest/webjs',
    tag: 'Ingest',
    scope: null,
    isPublic: true,
    isSigned: true,
    summary: 'Report events of sessions, from a fleet outside',
    description:
      'Signed in place of a key. A signature is good once: sign anew, with the time of now, to send the same batch again, which changes nothing that was applied. ' +
      'A session may report 1,000 messages, 1,000 acks, 50 times `connected`, 20 QR codes and 100 other events a minute; over it the answer is 429 and nothing of the request is taken.',
    headers: SignatureHeaders,
    mostBodyBytes: MOST_INGEST_BYTES,
    body: IngestRequest,
    responses: { 202: IngestResult },
  },
} as const satisfies Routes;
