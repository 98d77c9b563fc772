import type { SessionEventBatch } from '../../../shared/contracts/session-events.ts';

/** A batch with one receipt, under token 1. */
export const anEventBatch = (sessionId: string, counter: number, over: Partial<SessionEventBatch> = {}): SessionEventBatch => ({
  v: 1, workspaceId: 'wsp_a', sessionId, instanceId: 'ins_a', fencingToken: 1, sequence: `0000000001-${String(counter).padStart(10, '0')}`,
  events: [{ type: 'message.ack', at: '2026-03-01T10:00:00.000Z', messageId: `msg_${counter}`, ack: 'read' }],
  ...over,
});
