/** What a data key belongs to. The same context must be given to unwrap it. */
export type KeyContext = Readonly<Record<string, string>>;

export interface DataKey {
  /** 32 bytes, for AES-256. Forget it after use. */
  readonly plain: Uint8Array;
  /** Only whoever may use the master key can turn it back into `plain`; safe to store beside the data. */
  readonly wrapped: Uint8Array;
}

/** The master key is not the one that wrapped this data key, or the wrapped key or its context was altered: no retry helps. */
export class WrongKeyError extends Error {
  override readonly name = 'WrongKeyError';
}

/** Envelope encryption: a fresh key a file, wrapped by a master key that never leaves its service. */
export interface DataKeys {
  generate(context: KeyContext): Promise<DataKey>;
  /** Throws WrongKeyError; anything else thrown may be over at the next try. */
  unwrap(wrapped: Uint8Array, context: KeyContext): Promise<Uint8Array>;
}
