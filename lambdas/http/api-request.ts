import type * as z from 'zod';
import type { RouteContract, Routes } from '../../shared/contracts/api/routes/route.ts';

type Part<R extends RouteContract, K extends 'params' | 'query' | 'body'> =
  R extends Readonly<Record<K, infer S extends z.ZodType>> ? z.output<S> : Record<string, never>;

/** Who calls, as the authorizer found out. Empty on public routes. */
export interface Caller {
  readonly workspaceId: string;
  readonly keyId: string;
  readonly scopes: readonly string[];
}

/** A request that passed its route's contract. */
interface CheckedRequest<Params, Query, Body> extends Caller {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** The body as it came, when its type is one of the route's `textBodies`, or the route `isSigned`; then `body` is `{}`. */
  readonly text: string | undefined;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** Who connected to API Gateway. */
  readonly sourceIp: string;
  /** The `Accept` header, empty when there is none. */
  readonly accept: string;
  /**
   * When the request first came (Unix ms), and what makes it this one: ids derived from both are the same when the
   * request is repeated under its `Idempotency-Key`. Without a key `seed` is random.
   */
  readonly now: number;
  readonly seed: string;
  readonly requestId: string;
}

export type ApiRequest<R extends RouteContract> = CheckedRequest<Part<R, 'params'>, Part<R, 'query'>, Part<R, 'body'>>;

export interface ApiResponse {
  readonly status: number;
  /** Sent as JSON; left out for none. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent in place of `body`. A Buffer reaches the client as bytes. */
  readonly media?: { readonly contentType: string; readonly data: string | Buffer };
}

/** A request whose route is known at run time only. */
export type AnyRequest = CheckedRequest<unknown, unknown, unknown>;

export type Operation<R extends RouteContract> = (request: ApiRequest<R>) => Promise<ApiResponse>;

/** One operation for each route of a resource, under the same name. */
export type Operations<T extends Routes> = { readonly [K in keyof T]: Operation<T[K]> };
