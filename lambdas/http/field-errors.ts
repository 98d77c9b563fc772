import type * as z from 'zod';
import { DomainError, type FieldError } from '../../shared/domain/errors.ts';

type Issue = z.core.$ZodIssue;

/** Parses one part of a request. Throws `invalid_request` naming each field that is wrong. */
export function parseField<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value, { error: plainWords });
  if (result.success) return result.data;
  const fields = result.error.issues.flatMap(fieldErrors);
  throw new DomainError('invalid', 'invalid_request', `Not valid: ${fields.map(({ path }) => path || 'body').join(', ')}.`, { fields });
}

/** One entry a field, with its path as in `recipients.3.to`; unknown fields are named themselves. */
export function fieldErrors(issue: Issue): FieldError[] {
  if (issue.code !== 'unrecognized_keys') return [{ path: issue.path.map(String).join('.'), message: issue.message }];
  return issue.keys.map((key) => ({ path: [...issue.path, key].map(String).join('.'), message: 'is not a known field' }));
}

const plainWords = (issue: z.core.$ZodRawIssue): string | undefined =>
  issue.code === 'invalid_type' && issue.input === undefined ? 'is required' : undefined;
