import type { AttributeValue, CancellationReason } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';

export type Item = Record<string, unknown>;

interface ConditionFailure extends Error {
  readonly Item?: Record<string, AttributeValue>;
}

interface TransactionCancelled extends Error {
  readonly CancellationReasons?: readonly CancellationReason[];
}

/** By `name`, not `instanceof`: two copies of the SDK may be bundled. */
export const isConditionFailure = (error: unknown): error is ConditionFailure =>
  error instanceof Error && error.name === 'ConditionalCheckFailedException';

export const isTransactionCancelled = (error: unknown): error is TransactionCancelled =>
  error instanceof Error && error.name === 'TransactionCanceledException';

/**
 * The item a failed condition met, if the request asked for it (`ReturnValuesOnConditionCheckFailure: 'ALL_OLD'`).
 * `undefined`: there was none. The document client leaves items inside errors as they came, hence the unmarshalling.
 */
export const oldItem = (failure: { readonly Item?: Record<string, AttributeValue> | undefined }): Item | undefined =>
  failure.Item && unmarshall(failure.Item);
