import { annotate } from '../../../shared/domain/outbox/annotations.ts';
import { messageNotFound } from '../../../shared/domain/errors.ts';
import { settle } from '../../../shared/domain/media/received-media.ts';
import type { AnnotatedMessage, AppliedChange, MessageDeeds, Messages, MovingBatch, StatusChange, StoredMessage } from '../../../shared/domain/outbox/messages.ts';
import { mayMove, stepTimes } from '../../../shared/domain/outbox/status-move.ts';
import { wireIdOf } from '../../../shared/identity/message-identity.ts';
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
  findIds: async (workspaceId, references) =>
    references.map(({ sessionId, peer, wireId }) => {
      const rows = [...table.rows.values()].filter((row) => row.workspaceId === workspaceId && row.sessionId === sessionId && row.peer === peer);
      return rows.find((row) => (row.wireId ?? wireIdOf(row.id, sessionId)) === wireId)?.id;
    }),
  annotate: async (workspaceId, batch, changes) => changes.map((change) => annotateRow(table, workspaceId, batch, change)),
  insertInbound: async (batch, messages) => messages.flatMap((message) => insertInbound(table, batch, message) ?? []),
  async settleMedia(workspaceId, { sequence }, messageId, outcome) {
    const row = rowOf(table, workspaceId, messageId);
    if (!row?.media) return undefined;
    if (row.mediaBy === sequence) return storedOfRow(row);
    const media = settle(row.media, outcome);
    if (!media) return undefined;
    const settled = { ...row, media, mediaBy: sequence };
    table.rows.set(row.id, settled);
    return storedOfRow(settled);
  },
  listPendingMedia: async (sessionId, limit) =>
    [...table.rows.values()].filter((row) => row.sessionId === sessionId && row.media?.status === 'pending').toSorted((a, b) => (a.id < b.id ? -1 : 1)).slice(0, limit).map(storedOfRow),
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

function annotateRow(table: MemoryMessageTable, workspaceId: string, batch: MovingBatch, { messageId, deeds, mayComeLater }: MessageDeeds): AnnotatedMessage {
  const row = rowOf(table, workspaceId, messageId);
  if (!row && !mayComeLater) return { messageId, message: undefined, news: [] };
  const { annotations, news } = annotate(row?.annotations ?? table.waiting.get(messageId) ?? {}, deeds, batch);
  if (row) table.rows.set(messageId, { ...row, annotations });
  else table.waiting.set(messageId, annotations);
  return { messageId, message: row && storedOfRow(row), news };
}

function insertInbound({ rows, waiting }: MemoryMessageTable, batch: MovingBatch, message: StoredMessage): StoredMessage | undefined {
  const present = rows.get(message.id);
  if (present) return present.movedBy === batch.sequence ? storedOfRow(present) : undefined;
  const row: MessageRow = { ...message, annotations: waiting.get(message.id) ?? {}, claimToken: null, movedBy: batch.sequence, movedFrom: null };
  waiting.delete(message.id);
  rows.set(message.id, row);
  return storedOfRow(row);
}
