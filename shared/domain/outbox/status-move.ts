import type { MessageStatus } from '../../contracts/message.ts';
import { canMove } from './message-state.ts';
import type { MovingBatch, StatusChange } from './messages.ts';

/** What decides about a change: where the message stands, and who moved it there. */
export interface MovableMessage extends MessageTimes {
  readonly status: MessageStatus;
  readonly claimToken: number | null;
}

export interface MessageTimes {
  readonly sentAt: number | null;
  readonly deliveredAt: number | null;
  readonly readAt: number | null;
}

/** Times a change sets, in Unix ms. Those of steps that were overtaken are filled in, those known are kept. */
export type StepTimes = Partial<Record<'sentAt' | 'deliveredAt' | 'readAt', number>>;

export function mayMove(message: MovableMessage, batch: MovingBatch, { to }: StatusChange): boolean {
  if (!canMove(message.status, to)) return false;
  return to !== 'failed' || (message.claimToken !== null && message.claimToken <= batch.fencingToken);
}

export function stepTimes(message: MessageTimes, change: StatusChange): StepTimes {
  if (change.to === 'unknown') return {};
  if (change.to === 'failed') return change.sentAt === undefined || message.sentAt !== null ? {} : { sentAt: change.sentAt };
  const isDelivered = change.to !== 'sent';
  const isRead = change.to === 'read' || change.to === 'played';
  return {
    ...(message.sentAt === null && { sentAt: change.sentAt ?? change.deliveredAt ?? change.at }),
    ...(isDelivered && message.deliveredAt === null && { deliveredAt: change.deliveredAt ?? change.at }),
    ...(isRead && message.readAt === null && { readAt: change.at }),
  };
}
