import { UpdateCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { statesBefore } from '../../domain/outbox/message-state.ts';
import type { AppliedChange, MovingBatch, StatusChange } from '../../domain/outbox/messages.ts';
import { stepTimes } from '../../domain/outbox/status-move.ts';
import { isConditionFailure, oldItem, type Item } from './conditions.ts';
import { messageKey } from './keys.ts';
import { asMessageItem, storedOf } from './message-item.ts';

const NOTHING_YET = { sentAt: null, deliveredAt: null, readAt: null };

/** One message in one call, where `applyMoves` needs a read and a write: most batches of a calm session carry one. */
export async function applyMove(
  doc: DynamoDBDocumentClient,
  tableName: string,
  workspaceId: string,
  batch: MovingBatch,
  change: StatusChange,
): Promise<readonly AppliedChange[]> {
  const key = messageKey(workspaceId, change.messageId);
  try {
    const { Attributes = {} } = await doc.send(new UpdateCommand({ TableName: tableName, Key: key, ...moveUpdate(batch, change) }));
    return appliedBy(Attributes, batch, change);
  } catch (error) {
    if (!isConditionFailure(error)) throw error;
    return appliedBy(oldItem(error), batch, change);
  }
}

/** Applied now, or on an earlier delivery of the same batch: either way the item carries its mark. */
function appliedBy(item: Item | undefined, { sequence }: MovingBatch, change: StatusChange): AppliedChange[] {
  const message = item && asMessageItem(item);
  if (message?.movedBy !== sequence || message.movedFrom === undefined) return [];
  return [{ change, message: storedOf(message), from: message.movedFrom }];
}

function moveUpdate({ sequence, fencingToken }: MovingBatch, change: StatusChange) {
  const states = statesBefore(change.to);
  const set = { status: change.to, movedBy: sequence, wireId: change.wireId, failure: change.failure };
  const given = Object.entries(set).filter(([, value]) => value !== undefined);
  const times = Object.entries(stepTimes(NOTHING_YET, change));
  const assignments = [
    'movedFrom = #status', // what it was before this update
    ...given.map(([name]) => `#${name} = :${name}`),
    ...times.map(([name]) => `#${name} = if_not_exists(#${name}, :${name})`),
  ];
  const isBefore = `#status IN (${states.map((_, i) => `:before${i}`).join(', ')})`;
  const isOurs = change.to === 'failed' ? ' AND claimToken <= :token' : '';
  return {
    UpdateExpression: `SET ${assignments.join(', ')}`,
    // not twice by one batch: it would take the status it came to for the one it came from
    ConditionExpression: `${isBefore}${isOurs} AND (attribute_not_exists(movedBy) OR movedBy <> :movedBy)`,
    ExpressionAttributeNames: Object.fromEntries([...given, ...times].map(([name]) => [`#${name}`, name])),
    ExpressionAttributeValues: {
      ...Object.fromEntries([...given, ...times].map(([name, value]) => [`:${name}`, value])),
      ...Object.fromEntries(states.map((state, i) => [`:before${i}`, state])),
      ...(change.to === 'failed' && { ':token': fencingToken }),
    },
    ReturnValues: 'ALL_NEW' as const,
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  };
}
