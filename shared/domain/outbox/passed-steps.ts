import type { MessageStatus } from '../../contracts/message.ts';
import type { AppliedChange } from './messages.ts';

export interface PassedStep {
  readonly status: 'sent' | 'delivered' | 'read' | 'failed';
  readonly at: number; // Unix ms
}

const ORDER: readonly MessageStatus[] = ['queued', 'sending', 'unknown', 'sent', 'delivered', 'read', 'played'];
const rank = (status: MessageStatus): number => ORDER.indexOf(status);

/** Every step a change led over, in order: a message that went from sending to read was sent and delivered as well. */
export function passedSteps(applied: AppliedChange): readonly PassedStep[] {
  const { change, from, message } = applied;
  if (change.to === 'failed') return stepsToFailure(applied);
  const times = { sent: message.sentAt, delivered: message.deliveredAt, read: message.readAt };
  return (['sent', 'delivered', 'read'] as const)
    .filter((step) => rank(step) > rank(from) && rank(step) <= rank(change.to))
    .map((status) => ({ status, at: times[status] ?? change.at }));
}

/** WhatsApp may take a message and refuse it afterwards, all in one batch. */
function stepsToFailure({ change, from }: AppliedChange): readonly PassedStep[] {
  const failed = { status: 'failed', at: change.at } as const;
  const wasSentFirst = change.sentAt !== undefined && rank(from) < rank('sent');
  return wasSentFirst ? [{ status: 'sent', at: change.sentAt }, failed] : [failed];
}
