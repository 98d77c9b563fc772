import * as z from 'zod';

export const Scope = z.enum([
  'sessions:read',
  'sessions:write',
  'messages:read',
  'messages:write',
  'contacts:read',
  'contacts:write',
  'templates:read',
  'templates:write',
  'campaigns:read',
  'campaigns:write',
  'webhooks:read',
  'webhooks:write',
  'keys:read',
  'keys:write',
  'operator',
]);
export type Scope = z.infer<typeof Scope>;

export const Instant = z.iso.datetime().describe('RFC 3339, UTC');
export const NullableInstant = Instant.nullable();

export const PageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('Rows a page'),
  cursor: z.string().max(2_000).optional().describe('`nextCursor` of the page before; good for the same list only'),
});
export type PageQuery = z.infer<typeof PageQuery>;

export const pageOf = <T extends z.ZodType>(row: T) => z.object({ data: z.array(row), nextCursor: z.string().nullable() });

/** RFC 9457. `code` is stable, `detail` says what to do next, `errors` names the fields. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  requestId: z.string(),
});
export type Problem = z.infer<typeof Problem>;

export const IdempotencyKey = z.string().min(1).max(255);
