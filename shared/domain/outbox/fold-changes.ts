import type { SessionEvent } from '../../contracts/session-events.ts';
import { canMove } from './message-state.ts';
import type { StatusChange } from './messages.ts';

export type ReceiptEvent = Extract<SessionEvent, { type: 'message.sent' | 'message.ack' | 'message.failed' | 'message.unknown' }>;

/** One change a message: the furthest of what was reported about it, with the times of the steps on the way. */
export function foldChanges(events: readonly ReceiptEvent[]): readonly StatusChange[] {
  const changes = new Map<string, StatusChange>();
  for (const event of events) {
    const change = changeOf(event);
    const before = changes.get(event.messageId);
    changes.set(event.messageId, before ? further(before, change) : change);
  }
  return [...changes.values()];
}

function changeOf(event: ReceiptEvent): StatusChange {
  const at = Date.parse(event.at);
  const { messageId } = event;
  switch (event.type) {
    case 'message.sent':
      return { messageId, to: 'sent', at, wireId: event.wireId };
    case 'message.ack':
      return { messageId, to: event.ack, at };
    case 'message.failed':
      return { messageId, to: 'failed', at, failure: event.failure };
    case 'message.unknown':
      return { messageId, to: 'unknown', at };
  }
}

/** Receipts overtake each other, so the later event may be the earlier step; it still tells a time and the wire id. */
function further(before: StatusChange, next: StatusChange): StatusChange {
  if (before.to === 'failed') return before;
  const [far, near] = canMove(before.to, next.to) ? [next, before] : [before, next];
  const wireId = far.wireId ?? near.wireId;
  const sentAt = timeOf('sent', near) ?? timeOf('sent', far);
  const deliveredAt = timeOf('delivered', near) ?? timeOf('delivered', far);
  return {
    ...far,
    ...(wireId !== undefined && { wireId }),
    ...(sentAt !== undefined && far.to !== 'sent' && { sentAt }),
    ...(deliveredAt !== undefined && far.to !== 'delivered' && { deliveredAt }),
  };
}

const timeOf = (step: 'sent' | 'delivered', change: StatusChange): number | undefined =>
  change.to === step ? change.at : change[`${step}At`];
