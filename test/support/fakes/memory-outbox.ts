import { Priority } from '../../../shared/contracts/message.ts';
import type { OutboundMessage } from '../../../shared/domain/outbox/outbound-message.ts';
import type { ClaimOutcome, ClaimRequest, InsertOutcome, Outbox, OutboxLane } from '../../../shared/domain/outbox/outbox.ts';
import { memoryMessageTable, outboundOfRow, queuedRow, type MemoryMessageTable, type MessageRow } from './memory-message-table.ts';

interface ClaimRecord {
  readonly sessionId: string;
  readonly messageIds: readonly string[];
}

/** An outbox in memory. Give its table the sessions' fencing tokens and the running campaigns; claims check them. */
export function memoryOutbox(table: MemoryMessageTable = memoryMessageTable()): Outbox {
  const lanes = new Map<string, OutboxLane>();
  let claims: ClaimRecord[] = [];
  const isSending = (id: string) => ['sending', 'unknown'].includes(table.rows.get(id)?.status ?? '');
  const isAwaitingReceipt = (id: string) => ['sent', 'delivered'].includes(table.rows.get(id)?.status ?? '');
  const insert = (message: OutboundMessage): InsertOutcome => insertRow(table, message);

  return {
    insert: async (message) => insert(message),
    insertMany: async (messages) => messages.map(insert),
    listDue: async (lane, nowMs, limit) => dueRows(table, lane, nowMs).slice(0, limit).map(outboundOfRow),
    async claim(request) {
      const outcome = claimRows(table, request);
      if (outcome.outcome === 'claimed' && outcome.claimed.length > 0) {
        claims.push({ sessionId: request.sessionId, messageIds: outcome.claimed.map(({ id }) => id) });
      }
      return outcome;
    },
    async listInDoubt(sessionId) {
      const ids = claims.filter((claim) => claim.sessionId === sessionId).flatMap(({ messageIds }) => messageIds);
      return ids.filter(isSending).map((id) => outboundOfRow(table.rows.get(id) as MessageRow));
    },
    async listAwaitingReceipts(sessionId, limit) {
      const ids = claims.filter((claim) => claim.sessionId === sessionId).toReversed().flatMap(({ messageIds }) => messageIds);
      return ids.slice(0, limit).filter(isAwaitingReceipt).map((id) => outboundOfRow(table.rows.get(id) as MessageRow));
    },
    async forgetSettledClaims(sessionId) {
      claims = claims.filter((claim) => claim.sessionId !== sessionId || claim.messageIds.some(isSending));
    },
    adopt: async (_, fencingToken, messages) => messages.flatMap(({ id }) => adoptRow(table, id, fencingToken)),
    async postpone(messages, dueAt) {
      for (const { id } of messages) move(table, id, 'queued', { dueAt });
    },
    skip: async (_, messageIds) => messageIds.filter((id) => move(table, id, 'queued', { status: 'skipped' })),
    listLanes: async (sessionId) => [...lanes.values()].filter((lane) => lane.sessionId === sessionId),
    async openLane(lane) {
      if (lane.campaignId !== null) lanes.set(`${lane.sessionId} ${lane.campaignId}`, lane);
    },
    async closeLane(lane) {
      lanes.delete(`${lane.sessionId} ${lane.campaignId}`);
    },
  };
}

function insertRow(table: MemoryMessageTable, message: OutboundMessage): InsertOutcome {
  const present = table.rows.get(message.id);
  if (present) return { message: outboundOfRow(present), inserted: false };
  const row = queuedRow(message);
  table.rows.set(row.id, row);
  return { message: outboundOfRow(row), inserted: true };
}

const rankOf = (row: MessageRow): number => Priority.options.indexOf(row.priority ?? 'low');

const dueRows = ({ rows }: MemoryMessageTable, lane: OutboxLane, nowMs: number): MessageRow[] =>
  [...rows.values()]
    .filter((row) => row.status === 'queued' && row.sessionId === lane.sessionId && row.campaignId === lane.campaignId)
    .filter((row) => (row.dueAt ?? 0) <= nowMs)
    .sort((a, b) => rankOf(a) - rankOf(b) || (a.dueAt ?? 0) - (b.dueAt ?? 0) || (a.id < b.id ? -1 : 1));

function claimRows(table: MemoryMessageTable, { sessionId, fencingToken, leaseToken, messages }: ClaimRequest): ClaimOutcome {
  if (table.fencingTokens.get(sessionId) !== fencingToken) return { outcome: 'fenced' };
  if (leaseToken !== undefined && table.leaseTokens.get(sessionId) !== leaseToken) return { outcome: 'fenced' };
  const campaignId = messages[0]?.campaignId ?? null;
  if (campaignId !== null && !table.runningCampaigns.has(campaignId)) return { outcome: 'campaign-not-running' };
  const ours = messages.filter(({ id }) => table.rows.get(id)?.sessionId === sessionId && move(table, id, 'queued', { status: 'sending', claimToken: fencingToken }));
  const counter = `${campaignId} ${sessionId}`;
  if (campaignId !== null) table.sendingCounts.set(counter, (table.sendingCounts.get(counter) ?? 0) + ours.length);
  return { outcome: 'claimed', claimed: ours.map(({ id }) => outboundOfRow(table.rows.get(id) as MessageRow)) };
}

function adoptRow(table: MemoryMessageTable, id: string, fencingToken: number): OutboundMessage[] {
  const claimedUnder = table.rows.get(id)?.claimToken ?? Infinity;
  if (claimedUnder > fencingToken || !move(table, id, 'sending', { claimToken: fencingToken })) return [];
  return [outboundOfRow(table.rows.get(id) as MessageRow)];
}

function move({ rows }: MemoryMessageTable, id: string, from: MessageRow['status'], change: Partial<MessageRow>): boolean {
  const row = rows.get(id);
  if (row?.status !== from) return false;
  rows.set(id, { ...row, ...change });
  return true;
}
