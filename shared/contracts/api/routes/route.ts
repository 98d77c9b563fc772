import type * as z from 'zod';
import type { Scope } from '../common.ts';

/**
 * One call of the REST API as data. `lambdas/http` routes and checks requests by it, and the OpenAPI document is built
 * from it, so what is documented is what is enforced.
 */
export interface RouteContract {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** As OpenAPI writes it, such as `/v1/sessions/{id}`. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** What the caller's key must allow. `null`: any valid key will do. */
  readonly scope: Scope | null;
  /** No key at all; API Gateway lets these through without the authorizer. */
  readonly isPublic?: true;
  /** Ids in the path. One that does not match is answered with 404: there is no such thing. */
  readonly params?: z.ZodObject;
  /** A strict object; without it any query parameter is refused. */
  readonly query?: z.ZodObject;
  /** The JSON body; an empty one is read as `{}`. Without it only an empty body (or `{}`) is taken. */
  readonly body?: z.ZodType;
  /** Further content types, such as `text/csv`, that reach the operation unparsed as `request.text`. */
  readonly textBodies?: readonly string[];
  /**
   * A JSON body that is signed, so that the operation needs it as it came: it gets `request.text`, and parses it by `body`
   * once the signature is found good.
   */
  readonly isSigned?: true;
  /** Headers the operation reads and checks. */
  readonly headers?: z.ZodObject;
  /** Instead of what Lambda takes. */
  readonly mostBodyBytes?: number;
  /** A creating POST that takes `Idempotency-Key`. */
  readonly idempotent?: true;
  /** The answer shows a secret once: it is not stored, and a repeat is told which id it made. */
  readonly secretResponse?: true;
  /** Status to body of the successful answers; `null` for none. Problems are the same everywhere and left out. */
  readonly responses: Readonly<Record<number, z.ZodType | null>>;
  /** Content types of the answer beside JSON, chosen by `Accept`. */
  readonly alternatives?: readonly string[];
}

/** The calls of one resource by operation id. Declare with `as const satisfies Routes`, which keeps the exact types. */
export type Routes = Readonly<Record<string, RouteContract>>;
