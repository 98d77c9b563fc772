import { randomUUID } from 'node:crypto';
import { IdempotencyKey } from '../../shared/contracts/api/common.ts';
import type { RouteContract } from '../../shared/contracts/api/routes/route.ts';
import { DomainError } from '../../shared/domain/errors.ts';
import type { Attempt, IdempotencyRecords, RecordedResponse } from '../../shared/domain/idempotency/idempotency-records.ts';
import type { ApiResponse } from './api-request.ts';
import { parseField } from './field-errors.ts';
import { HttpRefusal } from './http-refusal.ts';

/** When the request first came (Unix ms) and what makes it this one; see `ApiRequest`. */
export interface Identity {
  readonly now: number;
  readonly seed: string;
}

export interface RunOnceRequest {
  readonly workspaceId: string;
  readonly contract: RouteContract;
  readonly idempotencyKey: string | undefined;
  readonly requestHash: () => string;
}

/** Runs an operation, or answers as its first run did if the request carries an `Idempotency-Key` that was used before. */
export async function runOnce(
  records: IdempotencyRecords | undefined,
  { workspaceId, contract, idempotencyKey, requestHash }: RunOnceRequest,
  run: (identity: Identity) => Promise<ApiResponse>,
): Promise<ApiResponse> {
  if (!records || !contract.idempotent || idempotencyKey === undefined) return run({ now: Date.now(), seed: randomUUID() });
  const key = parseKey(idempotencyKey);
  const beginning = await records.begin(workspaceId, key, requestHash());
  switch (beginning.outcome) {
    case 'begun':
      return runRecorded(records, beginning.attempt, contract, run);
    case 'done':
      return replay(beginning.response);
    case 'in-progress':
      throw new DomainError('conflict', 'request_in_progress', 'The first request with this key still runs. Try again shortly.', {
        retryAfterSeconds: 1,
      });
    case 'reused':
      throw new DomainError('invalid', 'idempotency_key_reused', 'This Idempotency-Key was used with another request. Take a new one.', {
        fields: [{ path: 'Idempotency-Key', message: 'was used with another request' }],
      });
  }
}

function parseKey(key: string): string {
  try {
    return parseField(IdempotencyKey, key);
  } catch (error) {
    throw new DomainError('invalid', 'invalid_request', 'Not valid: Idempotency-Key.', {
      cause: error,
      fields: [{ path: 'Idempotency-Key', message: 'must have 1 to 255 characters' }],
    });
  }
}

async function runRecorded(
  records: IdempotencyRecords,
  attempt: Attempt,
  contract: RouteContract,
  run: (identity: Identity) => Promise<ApiResponse>,
): Promise<ApiResponse> {
  try {
    const response = await run({ now: attempt.startedAt, seed: `${attempt.workspaceId}|${attempt.key}` });
    await records.complete(attempt, recorded(response, contract));
    return response;
  } catch (error) {
    await (isRefusal(error) ? records.forget(attempt) : records.release(attempt));
    throw error;
  }
}

const isRefusal = (error: unknown): boolean =>
  error instanceof HttpRefusal || (error instanceof DomainError && error.kind !== 'unavailable');

function recorded({ status, body }: ApiResponse, contract: RouteContract): RecordedResponse {
  if (!contract.secretResponse) return { status, body: body ?? null, createdId: null };
  return { status, body: null, createdId: (body as { id: string }).id };
}

function replay({ status, body, createdId }: RecordedResponse): ApiResponse {
  if (createdId === null) return { status, body, headers: { 'Idempotent-Replay': 'true' } };
  const hint = 'Its secret is shown once; if it is lost, replace it, or delete it and make another.';
  throw new DomainError('conflict', 'already_done', `This request was carried out for ${createdId}. ${hint}`);
}
