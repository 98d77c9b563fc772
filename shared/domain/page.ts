/** One page of a list. `cursor` is opaque to everyone but the adapter that made it; `undefined` on the last page. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly cursor: string | undefined;
}

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
}
