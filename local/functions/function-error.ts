import type { FunctionFailure } from './sandbox-protocol.ts';

/** What an invocation ends in when it gives no result, as Lambda tells its caller. */
export type FunctionErrorKind = 'failed' | 'timed-out' | 'throttled';

export class FunctionError extends Error {
  override readonly name = 'FunctionError';
  readonly kind: FunctionErrorKind;
  readonly failure: FunctionFailure;

  constructor(kind: FunctionErrorKind, failure: FunctionFailure) {
    super(`${failure.errorType}: ${failure.errorMessage}`);
    this.kind = kind;
    this.failure = failure;
  }
}

export const functionError = (kind: FunctionErrorKind, errorType: string, errorMessage: string): FunctionError =>
  new FunctionError(kind, { errorType, errorMessage, trace: [] });
