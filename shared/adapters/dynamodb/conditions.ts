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

const LOST_RACE = new Set(['None', 'ConditionalCheckFailed', 'TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded']);

/** Cancelled by what others wrote, so that looking again makes sense; anything else is our mistake. */
export const isLostRace = (error: unknown): error is TransactionCancelled =>
  isTransactionCancelled(error) && (error.CancellationReasons ?? []).every(({ Code }) => LOST_RACE.has(Code ?? 'None'));

/**
 * The item a failed condition met, if the request asked for it (`ReturnValuesOnConditionCheckFailure: 'ALL_OLD'`).
 * `undefined`: there was none. The document client leaves items inside errors as they came, hence the unmarshalling.
 */
export const oldItem = (failure: { readonly Item?: Record<string, AttributeValue> | undefined }): Item | undefined =>
  failure.Item && unmarshall(failure.Item);
