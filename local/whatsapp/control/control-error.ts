import type { FastifyInstance } from 'fastify';
import type * as z from 'zod';

/** An answer other than success: `field` is what the caller has to change, if it is one. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
  readonly status: number;
  readonly code: string;
  readonly field: string | undefined;

  constructor(status: number, code: string, message: string, field?: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.field = field;
  }
}

/** Reads a body or query. Throws a ControlError 400 that names the first wrong field. */
export function parse<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value ?? {});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const unknownKey = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const field = [...(issue?.path ?? []), ...(unknownKey === undefined ? [] : [unknownKey])].join('.') || 'body';
  throw new ControlError(400, 'invalid', `${field}: ${issue?.message ?? 'is invalid'}`, field);
}

export function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler<Error & { statusCode?: number }>((error, _request, reply) => {
    if (error instanceof ControlError) {
      const { status, code, message, field } = error;
      return reply.status(status).send({ status, code, message, ...(field !== undefined && { field }) });
    }
    const status = error.statusCode ?? 500;
    return reply.status(status).send({ status, code: status < 500 ? 'invalid' : 'internal', message: error.message });
  });
  app.setNotFoundHandler((request, reply) =>
    reply.status(404).send({ status: 404, code: 'not_found', message: `There is no ${request.method} ${request.url}` }),
  );
}
