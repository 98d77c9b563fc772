import * as z from 'zod';
import type { Routes } from './route.ts';

const open = { path: '/v1/ingest/meta', tag: 'Ingest', scope: null, isPublic: true } as const;

/** Meta's webhook; docs/meta.md says how to set it up there. */
export const metaIngestRoutes = {
  verifyMetaWebhook: {
    ...open,
    method: 'GET',
    summary: 'The handshake of Meta when it sets the webhook up',
    description: 'Answers with `hub.challenge`, as plain text, if `hub.verify_token` is ours; 403 otherwise.',
    query: z.strictObject({ 'hub.mode': z.literal('subscribe'), 'hub.verify_token': z.string().max(512), 'hub.challenge': z.string().max(512) }),
    responses: { 200: null },
    alternatives: ['text/plain'],
  },
  ingestMetaWebhook: {
    ...open,
    method: 'POST',
    isSigned: true,
    summary: 'What Meta tells: messages, statuses, templates',
    description:
      'Signed over the raw body with `X-Hub-Signature-256`; 401 without that, and nothing is done. Whole batches; what comes twice changes nothing, and numbers that are nobody’s here are passed over.',
    headers: z.object({ 'X-Hub-Signature-256': z.string().describe('`sha256=` and the hex HMAC of the body under the app secret') }),
    body: z.record(z.string(), z.unknown()),
    responses: { 200: z.object({ accepted: z.int().describe('Events that were taken') }) },
  },
} as const satisfies Routes;
