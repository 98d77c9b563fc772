export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
}

/** Whole objects under keys, in one bucket. A write is there for every later read, whole or not at all. */
export interface ObjectStore {
  put(key: string, content: Uint8Array): Promise<void>;
  /** `undefined`: there is none. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** Every object whose key begins so, in the order of their keys. */
  list(prefix: string): Promise<readonly StoredObject[]>;
  /** Keys that name nothing are no error. */
  remove(keys: readonly string[]): Promise<void>;
}
