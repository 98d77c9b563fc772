import type { MessageStatus } from '../../contracts/message.ts';

/**
 * Where a message may go from where. Receipts overtake each other, so `sent` may become `read` at once.
 * `sent → failed`: WhatsApp took it and refused it afterwards (ack −1).
 */
const NEXT: Readonly<Record<MessageStatus, readonly MessageStatus[]>> = {
  queued: ['sending', 'failed', 'skipped'],
  sending: ['unknown', 'sent', 'delivered', 'read', 'played', 'failed'],
  unknown: ['sent', 'delivered', 'read', 'played', 'failed'],
  sent: ['delivered', 'read', 'played', 'failed'],
  delivered: ['read', 'played'],
  read: ['played'],
  played: [],
  failed: [],
  skipped: [],
  received: [],
};

export const canMove = (from: MessageStatus, to: MessageStatus): boolean => NEXT[from].includes(to);

/** The states from which a message may still become `to`. */
export const statesBefore = (to: MessageStatus): readonly MessageStatus[] =>
  (Object.keys(NEXT) as MessageStatus[]).filter((from) => canMove(from, to));
