import { STATUS_CODES } from 'node:http';
import type { APIGatewayProxyResult } from 'aws-lambda';
import type { Problem } from '../../shared/contracts/api/common.ts';
import { DomainError, type ErrorKind, type FieldError } from '../../shared/domain/errors.ts';
import { HttpRefusal } from './http-refusal.ts';

const STATUS = {
  invalid: 422, forbidden: 403, 'not-found': 404, conflict: 409, throttled: 429, unavailable: 503,
} as const satisfies Record<ErrorKind, number>;
const RETRY_AFTER_SECONDS = 5; // where the error itself knows no better

interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly fields: readonly FieldError[];
  readonly headers: Readonly<Record<string, string>>;
}

/** The problem+json (RFC 9457) for anything an operation throws. What we did not foresee is our fault: 500 and no details. */
export function errorResponse(error: unknown, requestId: string): APIGatewayProxyResult {
  const { status, code, detail, fields, headers } = refusalOf(error, requestId);
  const problem: Problem = {
    type: `https://blazz.dev/problems/${code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    code,
    detail,
    ...(fields.length > 0 && { errors: [...fields] }),
    requestId,
  };
  return {
    statusCode: status,
    headers: { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store', 'X-Request-Id': requestId, ...headers },
    body: JSON.stringify(problem),
  };
}

function refusalOf(error: unknown, requestId: string): Refusal {
  if (error instanceof HttpRefusal) {
    const { status, code, message, fields, headers } = error;
    return { status, code, detail: message, fields, headers };
  }
  if (error instanceof DomainError) return refusalOfDomain(error);
  const detail = `Something went wrong on our side. Name request ${requestId} when you report it.`;
  return { status: 500, code: 'internal', detail, fields: [], headers: {} };
}

function refusalOfDomain({ kind, code, message, fields, retryAfterSeconds }: DomainError): Refusal {
  const wait = retryAfterSeconds ?? (kind === 'throttled' || kind === 'unavailable' ? RETRY_AFTER_SECONDS : undefined);
  const headers: Record<string, string> = wait === undefined ? {} : { 'Retry-After': String(Math.ceil(wait)) };
  return { status: STATUS[kind], code, detail: message, fields, headers };
}
