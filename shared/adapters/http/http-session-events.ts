import * as z from 'zod';
import { ingestWebjsRoutes } from '../../contracts/api/routes/ingest-webjs.ts';
import { systemClock, type Clock } from '../../domain/clock.ts';
import { DomainError } from '../../domain/errors.ts';
import type { SessionEventQueue } from '../../domain/session-events/session-event-queue.ts';
import { signRequest } from '../nudge/sign-request.ts';

const REQUEST_TIMEOUT_MS = 10_000;
const { method, path } = ingestWebjsRoutes.ingestWebjs;
/** What no other try of the same batch changes. */
const FINAL_STATUSES = [400, 413, 422];
const FINAL_CODES = ['session_not_found'];
const Refusal = z.object({ code: z.string() });

export interface HttpSessionEventsDeps {
  /** Where the API is, such as `https://api.example.com`; the path of the call is added. */
  readonly apiUrl: string;
  readonly readSecret: () => Promise<string>;
  readonly clock?: Clock;
}

/** Events by way of `POST /v1/ingest/webjs`, for instances that reach no queue. */
export const httpSessionEvents = ({ apiUrl, readSecret, clock = systemClock }: HttpSessionEventsDeps): SessionEventQueue => ({
  async send(batch) {
    const body = JSON.stringify(batch);
    const response = await fetch(apiUrl.replace(/\/+$/, '') + path, {
      method,
      headers: { 'Content-Type': 'application/json', ...signRequest(await readSecret(), method, path, body, clock.now()) },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    const answer = await response.text();
    if (!response.ok) throw refusalOf(response, answer);
  },
});

function refusalOf({ status, headers }: Response, answer: string): DomainError {
  const code = codeIn(answer);
  const message = `Ingest answered ${status} ${code}`;
  if (FINAL_STATUSES.includes(status) || FINAL_CODES.includes(code)) return new DomainError('invalid', code, message);
  const seconds = Number(headers.get('retry-after'));
  return new DomainError('unavailable', code, message, seconds > 0 ? { retryAfterSeconds: seconds } : {});
}

/** A gateway in between may answer in its own way. */
function codeIn(answer: string): string {
  try {
    return Refusal.parse(JSON.parse(answer)).code;
  } catch {
    return 'unknown';
  }
}
