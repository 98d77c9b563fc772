import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';

interface GraphErrorOptions {
  readonly status?: number;
  readonly subcode?: number;
  readonly details?: string;
  readonly type?: string;
}

/** A refusal in Meta's own form. */
export class GraphError extends Error {
  override readonly name = 'GraphError';
  readonly code: number;
  readonly status: number;
  readonly options: GraphErrorOptions;

  constructor(code: number, message: string, options: GraphErrorOptions = {}) {
    super(message);
    this.code = code;
    this.status = options.status ?? 400;
    this.options = options;
  }
}

/** Meta's titles of the errors that a control call may ask for by code alone. */
const TITLES: Readonly<Record<number, readonly [title: string, status?: number]>> = {
  1: ['API Unknown', 500],
  2: ['API Service', 503],
  4: ['API Too Many Calls'],
  190: ['Access token has expired', 401],
  368: ['Temporarily blocked for policies violations', 403],
  80007: ['Rate limit issues'],
  130429: ['Rate limit hit', 429],
  131000: ['Something went wrong', 500],
  131016: ['Service unavailable', 503],
  131026: ['Message undeliverable'],
  131031: ['Business Account locked', 403],
  131042: ['Business eligibility payment issue'],
  131047: ['Re-engagement message'],
  131048: ['Spam rate limit hit', 429],
  131049: ['Meta chose not to deliver'],
  131053: ['Media upload error'],
  131056: ['(Business Account, Consumer Account) pair rate limit hit', 429],
  132000: ['Template Param Count Mismatch'],
  132001: ['Template does not exist', 404],
};

export const titleOf = (code: number): string => TITLES[code]?.[0] ?? 'Generic error';
export const errorOf = (code: number, details?: string): GraphError =>
  new GraphError(code, `(#${code}) ${titleOf(code)}`, { status: TITLES[code]?.[1] ?? 400, ...(details !== undefined && { details }) });

export const badToken = (): GraphError => new GraphError(190, 'Invalid OAuth access token - Cannot parse access token', { status: 401 });
export const parameter = (details: string): GraphError => new GraphError(100, '(#100) Invalid parameter', { details });
export const unknownObject = (id: string): GraphError =>
  new GraphError(100, `Unsupported request. Object with ID '${id}' does not exist, cannot be loaded due to missing permissions, or does not support this operation`, {
    subcode: 33, type: 'GraphMethodException',
  });

export function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler<Error & { statusCode?: number }>((error, _request, reply) => {
    const known = error instanceof GraphError ? error : new GraphError((error.statusCode ?? 500) < 500 ? 100 : 1, error.message, { status: error.statusCode ?? 500 });
    return reply.status(known.status).send(bodyOf(known));
  });
  app.setNotFoundHandler((request, reply) => {
    const error = new GraphError(2500, `Unknown path components: ${request.url}`, { status: 404 });
    return reply.status(404).send(bodyOf(error));
  });
}

const bodyOf = ({ code, message, options: { subcode, details, type = 'OAuthException' } }: GraphError) => ({
  error: {
    message,
    type,
    code,
    ...(subcode !== undefined && { error_subcode: subcode }),
    ...(details !== undefined && { error_data: { messaging_product: 'whatsapp', details } }),
    fbtrace_id: randomBytes(9).toString('base64url'),
  },
});
