import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { MessageStatus } from '../../../shared/contracts/message.ts';
import { campaignDeltas } from '../../../shared/domain/outbox/campaign-deltas.ts';
import { foldChanges, type ReceiptEvent } from '../../../shared/domain/outbox/fold-changes.ts';
import type { AppliedChange, StatusChange } from '../../../shared/domain/outbox/messages.ts';
import { passedSteps } from '../../../shared/domain/outbox/passed-steps.ts';
import { memoryMessageTable, queuedRow, storedOfRow } from '../../support/fakes/memory-message-table.ts';
import { memoryMessages } from '../../support/fakes/memory-messages.ts';
import { anOutboundMessage, WORKSPACE } from '../../support/builders/outbound-message.ts';

type Kind = 'sent' | 'delivered' | 'read' | 'played' | 'failed';

const START = Date.UTC(2026, 5, 1, 12);
const MESSAGE = 'msg_1';
const failure = { code: 'x', detail: 'x' };

const event = (kind: Kind, second: number, messageId = MESSAGE): ReceiptEvent => {
  const at = new Date(START + second).toISOString();
  if (kind === 'sent') return { type: 'message.sent', at, messageId, wireId: '3EB0' };
  if (kind === 'failed') return { type: 'message.failed', at, messageId, failure };
  return { type: 'message.ack', at, messageId, ack: kind };
};
const fold = (...kinds: readonly Kind[]) => foldChanges(kinds.map((kind, i) => event(kind, i + 1)));

describe('foldChanges', () => {
  it.each<{ kinds: Kind[]; to: Kind; at: number; sentAt?: number; deliveredAt?: number }>([
    { kinds: ['sent'], to: 'sent', at: 1 },
    { kinds: ['sent', 'delivered', 'read'], to: 'read', at: 3, sentAt: 1, deliveredAt: 2 },
    { kinds: ['delivered', 'sent'], to: 'delivered', at: 1, sentAt: 2 },
    { kinds: ['read', 'delivered', 'sent'], to: 'read', at: 1, sentAt: 3, deliveredAt: 2 },
    { kinds: ['sent', 'failed'], to: 'failed', at: 2, sentAt: 1 },
    { kinds: ['failed', 'sent'], to: 'failed', at: 1 },
    { kinds: ['delivered', 'failed'], to: 'delivered', at: 1 },
    { kinds: ['read', 'played'], to: 'played', at: 2 },
    { kinds: ['sent', 'sent'], to: 'sent', at: 1 },
  ])('folds $kinds into $to', ({ kinds, to, at, sentAt, deliveredAt }) => {
    const [change, ...others] = fold(...kinds);
    expect(others).toEqual([]);
    expect(change).toMatchObject({ messageId: MESSAGE, to, at: START + at });
    expect([change?.sentAt, change?.deliveredAt]).toEqual([sentAt, deliveredAt].map((ms) => (ms === undefined ? undefined : START + ms)));
  });

  it('keeps the wire id and the failure of what it folds', () => {
    expect(fold('delivered', 'sent')).toMatchObject([{ wireId: '3EB0' }]);
    expect(fold('sent', 'failed')).toMatchObject([{ wireId: '3EB0', failure }]);
  });

  it('keeps messages apart', () => {
    const changes = foldChanges([event('sent', 1, 'msg_1'), event('sent', 2, 'msg_2'), event('read', 3, 'msg_1')]);
    expect(changes.map(({ messageId, to }) => [messageId, to])).toEqual([['msg_1', 'read'], ['msg_2', 'sent']]);
  });
});

describe('passedSteps', () => {
  const applied = (from: MessageStatus, change: Partial<StatusChange> & { to: Kind }, times: Partial<AppliedChange['message']> = {}): AppliedChange => ({
    from,
    change: { messageId: MESSAGE, at: 9, ...change },
    message: { ...storedOfRow(queuedRow(anOutboundMessage())), status: change.to, ...times },
  });

  it.each<{ from: MessageStatus; change: Partial<StatusChange> & { to: Kind }; steps: string[] }>([
    { from: 'sending', change: { to: 'sent' }, steps: ['sent 1'] },
    { from: 'sending', change: { to: 'read' }, steps: ['sent 1', 'delivered 2', 'read 3'] },
    { from: 'sent', change: { to: 'read' }, steps: ['delivered 2', 'read 3'] },
    { from: 'delivered', change: { to: 'played' }, steps: ['read 3'] },
    { from: 'read', change: { to: 'played' }, steps: [] },
    { from: 'sending', change: { to: 'failed' }, steps: ['failed 9'] },
    { from: 'sending', change: { to: 'failed', sentAt: 1 }, steps: ['sent 1', 'failed 9'] },
    { from: 'sent', change: { to: 'failed', sentAt: 1 }, steps: ['failed 9'] },
  ])('from $from to $change.to: $steps', ({ from, change, steps }) => {
    const passed = passedSteps(applied(from, change, { sentAt: 1, deliveredAt: 2, readAt: 3 }));
    expect(passed.map(({ status, at }) => `${status} ${at}`)).toEqual(steps);
  });
});

describe('campaignDeltas', () => {
  const KINDS: Kind[] = ['sent', 'delivered', 'read', 'played', 'failed'];

  it('adds up to a recount, whatever receipts come in whatever batches (I5)', async () => {
    const receipt = fc.record({ message: fc.nat(3), kind: fc.constantFrom(...KINDS) });
    const batches = fc.array(fc.record({ receipts: fc.array(receipt, { minLength: 1, maxLength: 6 }), isRepeated: fc.boolean() }), { maxLength: 8 });
    await fc.assert(fc.asyncProperty(batches, async (all) => {
      const { counts, statuses } = await play(all);
      const recount = (wanted: string[]) => statuses.filter((status) => wanted.includes(status)).length;
      expect(counts).toEqual({
        sending: recount(['sending']), sent: recount(['sent']), delivered: recount(['delivered']), read: recount(['read', 'played']), failed: recount(['failed']),
      });
    }), { numRuns: 200 });
  });

  /** Plays batches against four messages that are sending, some batches twice, and counts each batch once. */
  async function play(batches: readonly { receipts: readonly { message: number; kind: Kind }[]; isRepeated: boolean }[]) {
    const table = memoryMessageTable();
    const messages = memoryMessages(table);
    const rows = [0, 1, 2, 3].map((i) => ({ ...queuedRow(anOutboundMessage({ campaignId: 'cmp_1', queuedAt: START + i })), status: 'sending' as const, claimToken: 1 }));
    for (const row of rows) table.rows.set(row.id, row);
    const counts = { sending: rows.length, sent: 0, delivered: 0, read: 0, failed: 0 };
    for (const [i, { receipts, isRepeated }] of batches.entries()) {
      const changes = foldChanges(receipts.map(({ message, kind }, at) => event(kind, at, rows[message]?.id ?? '')));
      const batch = { sequence: String(i).padStart(4, '0'), fencingToken: 1 };
      let applied = await messages.applyChanges(WORKSPACE, batch, changes);
      if (isRepeated) applied = await messages.applyChanges(WORKSPACE, batch, changes);
      for (const [name, delta] of Object.entries(campaignDeltas(applied).get('cmp_1') ?? {})) counts[name as keyof typeof counts] += delta ?? 0;
    }
    return { counts, statuses: rows.map(({ id }) => table.rows.get(id)?.status ?? '') };
  }
});
