import { ingestWebjsRoutes } from '../../../shared/contracts/api/routes/ingest-webjs.ts';
import type { Clock } from '../../../shared/domain/clock.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import { countKinds } from '../../../shared/domain/ingest/event-kinds.ts';
import type { EventLimits, SeenSignatures } from '../../../shared/domain/ingest/ingest-guards.ts';
import type { SessionEventQueue } from '../../../shared/domain/session-events/session-event-queue.ts';
import { genuineSignature, SIGNATURE_WINDOW_MS } from '../../../shared/identity/request-signature.ts';
import type { ApiRequest, Operation } from '../../http/api-request.ts';
import { HttpRefusal } from '../../http/http-refusal.ts';
import { parseBatches, type Batches } from './parse-batches.ts';

const { method, path } = ingestWebjsRoutes.ingestWebjs;

export interface IngestDeps {
  readonly readSecret: () => Promise<string>;
  readonly seen: SeenSignatures;
  readonly limits: EventLimits;
  /** Whether the session is one of this workspace. */
  readonly isSessionOf: (sessionId: string, workspaceId: string) => Promise<boolean>;
  /** Whether no limits are put on who calls from there. */
  readonly isTrusted: (address: string) => boolean;
  readonly queue: SessionEventQueue;
  readonly clock: Clock;
}

type Request = ApiRequest<typeof ingestWebjsRoutes.ingestWebjs>;

/**
 * Puts batches on the queue the fleet's own go to. Until the last check has passed nothing is on it. A call that was cut
 * off may be made again, signed anew: consumers know a batch by its sequence.
 */
export const makeIngestBatches = (deps: IngestDeps): Operation<typeof ingestWebjsRoutes.ingestWebjs> =>
  async (request) => {
    const signature = await requireSignature(deps, request);
    const batches = parseBatches(request.text ?? '');
    await requireOwnSession(deps, batches);
    await requireFresh(deps, signature);
    if (!deps.isTrusted(request.sourceIp)) await requireWithinLimits(deps, batches);
    for (const batch of batches) await deps.queue.send(batch);
    return { status: 202, body: { accepted: batches.length } };
  };

async function requireSignature({ readSecret, clock }: IngestDeps, { headers, text = '' }: Request): Promise<string> {
  const signed = { method, path, body: text, timestamp: headers.get('x-hmac-timestamp'), signature: headers.get('x-hmac-signature') };
  const signature = genuineSignature(await readSecret(), signed, clock.now());
  if (signature !== undefined) return signature;
  throw new HttpRefusal(401, 'unauthorized', 'Sign with the ingest secret and a clock that is right: X-HMAC-Timestamp and X-HMAC-Signature are missing or not good.');
}

async function requireFresh({ seen, clock }: IngestDeps, signature: string): Promise<void> {
  if (await seen.remember(signature, clock.now() + 2 * SIGNATURE_WINDOW_MS)) return;
  throw new HttpRefusal(401, 'replayed', 'This signature was used. To send a batch again, sign it with the time of now, in seconds.');
}

async function requireOwnSession({ isSessionOf }: IngestDeps, [{ sessionId, workspaceId }]: Batches): Promise<void> {
  if (await isSessionOf(sessionId, workspaceId)) return;
  throw new DomainError('not-found', 'session_not_found', `No session ${sessionId} in workspace ${workspaceId}.`, {
    fields: [{ path: 'sessionId', message: 'is not a session of this workspace' }],
  });
}

async function requireWithinLimits({ limits }: IngestDeps, batches: Batches): Promise<void> {
  const verdict = await limits.take(batches[0].sessionId, countKinds(batches.flatMap(({ events }) => events)));
  if (verdict.isAllowed) return;
  throw new DomainError('throttled', 'too_many_events', `This session reports too many events of kind ${verdict.kind}. Nothing was taken; send it again later.`, {
    retryAfterSeconds: Math.ceil(verdict.retryAfterMs / 1_000),
  });
}
