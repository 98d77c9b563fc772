import { messageNotFound } from '../../../shared/domain/errors.ts';
import type { AppliedChange, Messages, MovingBatch, StatusChange, StoredMessage } from '../../../shared/domain/outbox/messages.ts';
import { mayMove, stepTimes } from '../../../shared/domain/outbox/status-move.ts';
import { memoryMessageTable, storedOfRow, type MemoryMessageTable, type MessageRow } from './memory-message-table.ts';

/** The history over a table that `memoryOutbox` may share. Cursors are plain message ids. */
export const memoryMessages = (table: MemoryMessageTable = memoryMessageTable()): Messages => ({
  async get(workspaceId, messageId) {
    const row = rowOf(table, workspaceId, messageId);
    if (!row) throw messageNotFound(messageId);
    return storedOfRow(row);
  },
  async getMany(workspaceId, messageIds) {
    const rows = messageIds.flatMap((id) => rowOf(table, workspaceId, id) ?? []);
    return new Map(rows.map((row) => [row.id, storedOfRow(row)]));
  },
  async standings(workspaceId, messageIds) {
    const rows = [...new Set(messageIds)].flatMap((id) => rowOf(table, workspaceId, id) ?? []);
    return rows.map(({ sessionId, status, movedBy }) => ({ sessionId, status, movedBy }));
  },
  async listOfChat(workspaceId, chatId, { limit, cursor }, alsoIn = []) {
    const rows = [...table.rows.values()]
      .filter((row) => row.workspaceId === workspaceId && [chatId, ...alsoIn].includes(row.chatId))
      .filter((row) => cursor === undefined || row.id < cursor)
      .sort((a, b) => (a.id < b.id ? 1 : -1));
    return { items: rows.slice(0, limit).map(storedOfRow), cursor: rows.length > limit ? rows[limit - 1]?.id : undefined };
  },
  applyChanges: async (workspaceId, batch, changes) => changes.flatMap((change) => applyChange(table, workspaceId, batch, change)),
  insertInbound: async (batch, messages) => messages.filter((message) => insertInbound(table, batch, message)),
});

function rowOf({ rows }: MemoryMessageTable, workspaceId: string, messageId: string): MessageRow | undefined {
  const row = rows.get(messageId);
  return row?.workspaceId === workspaceId ? row : undefined;
}

function applyChange(table: MemoryMessageTable, workspaceId: string, batch: MovingBatch, change: StatusChange): AppliedChange[] {
  const row = rowOf(table, workspaceId, change.messageId);
  if (!row) return [];
  if (row.movedBy === batch.sequence) return [{ change, message: storedOfRow(row), from: row.movedFrom ?? row.status }];
  if (!mayMove(row, batch, change)) return [];
  const { wireId = row.wireId, failure = row.failure } = change;
  const marks = { movedBy: batch.sequence, movedFrom: row.status };
  const moved: MessageRow = { ...row, status: change.to, ...stepTimes(row, change), wireId, failure, ...marks };
  table.rows.set(row.id, moved);
  return [{ change, message: storedOfRow(moved), from: row.status }];
}

function insertInbound({ rows }: MemoryMessageTable, batch: MovingBatch, message: StoredMessage): boolean {
  const present = rows.get(message.id);
  if (present) return present.movedBy === batch.sequence;
  rows.set(message.id, { ...message, replyTo: null, claimToken: null, movedBy: batch.sequence, movedFrom: null });
  return true;
}
