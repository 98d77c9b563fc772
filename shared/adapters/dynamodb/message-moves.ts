import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { AppliedChange, MovingBatch, StatusChange } from '../../domain/outbox/messages.ts';
import { mayMove, stepTimes, type MovableMessage } from '../../domain/outbox/status-move.ts';
import { batchGet, executeStatements, type Statement, type StatementResult } from './batch.ts';
import { messageKey } from './keys.ts';
import { asMessageItem, storedOf, type MessageItem } from './message-item.ts';

const ROUNDS = 4;

interface Move {
  readonly change: StatusChange;
  readonly before: MessageItem;
  readonly after: MessageItem;
}

/**
 * Reads, decides, and writes on condition that nothing changed since: PartiQL cannot copy the old status into
 * `movedFrom`, and 25 statements a call cost far less CPU than an UpdateItem each. A lost race is read and decided anew.
 */
export async function applyMoves(
  doc: DynamoDBDocumentClient,
  tableName: string,
  workspaceId: string,
  batch: MovingBatch,
  changes: readonly StatusChange[],
): Promise<readonly AppliedChange[]> {
  const applied: AppliedChange[] = [];
  let open = changes;
  for (let round = 0; open.length > 0 && round < ROUNDS; round++) {
    const items = await batchGet(doc, tableName, open.map(({ messageId }) => messageKey(workspaceId, messageId)), { consistent: true });
    const found = open.flatMap((change, i) => (items[i] ? [{ change, before: asMessageItem(items[i]) }] : []));
    applied.push(...found.flatMap((one) => appliedEarlier(batch, one)));
    const moves = found.flatMap((one) => planMove(batch, one));
    const results = await executeStatements(doc, moves.map((move) => moveStatement(tableName, move)));
    const isDone = results.map(wasWritten);
    applied.push(...moves.filter((_, i) => isDone[i]).map(({ change, before, after }) => ({ change, message: storedOf(after), from: before.status })));
    open = moves.filter((_, i) => !isDone[i]).map(({ change }) => change);
  }
  if (open.length > 0) throw new Error(`${open.length} messages kept changing while their status was moved`);
  return applied;
}

type Found = Pick<Move, 'change' | 'before'>;

function appliedEarlier({ sequence }: MovingBatch, { change, before }: Found): AppliedChange[] {
  if (before.movedBy !== sequence || before.movedFrom === undefined) return [];
  return [{ change, message: storedOf(before), from: before.movedFrom }];
}

function planMove(batch: MovingBatch, { change, before }: Found): Move[] {
  const message = movable(before);
  if (before.movedBy === batch.sequence || !mayMove(message, batch, change)) return [];
  const after: MessageItem = {
    ...before,
    status: change.to,
    movedBy: batch.sequence,
    movedFrom: before.status,
    ...stepTimes(message, change),
    ...(change.wireId !== undefined && { wireId: change.wireId }),
    ...(change.failure !== undefined && { failure: change.failure }),
  };
  return [{ change, before, after }];
}

const movable = (item: MessageItem): MovableMessage => ({
  status: item.status,
  claimToken: item.claimToken ?? null,
  sentAt: item.sentAt ?? null,
  deliveredAt: item.deliveredAt ?? null,
  readAt: item.readAt ?? null,
});

const MOVING = ['status', 'movedBy', 'movedFrom', 'sentAt', 'deliveredAt', 'readAt', 'wireId', 'failure'] as const;

function moveStatement(tableName: string, { before, after }: Move): Statement {
  const changed = MOVING.filter((name) => after[name] !== before[name]);
  const assignments = changed.map((name) => `"${name}" = ?`).join(', ');
  const held = before.claimToken === undefined ? '' : ' AND claimToken = ?'; // `failed` depends on whose it is
  return {
    Statement: `UPDATE "${tableName}" SET ${assignments} WHERE pk = ? AND sk = ? AND "status" = ?${held}`,
    Parameters: [...changed.map((name) => after[name]), before.pk, before.sk, before.status, ...heldBy(before)],
  };
}

const heldBy = ({ claimToken }: MessageItem): number[] => (claimToken === undefined ? [] : [claimToken]);

function wasWritten({ Error: error }: StatementResult): boolean {
  if (!error) return true;
  if (error.Code === 'ConditionalCheckFailed') return false;
  throw new Error(`A status was not moved: ${error.Code}: ${error.Message}`);
}
