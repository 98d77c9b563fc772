import { MessageId } from '../../../shared/contracts/ids.ts';
import type { WebhookStatus } from '../../../shared/contracts/meta/webhook.ts';
import type { SessionEvent } from '../../../shared/contracts/session-events.ts';
import { metaFailure } from '../../../shared/domain/meta/failure-codes.ts';
import { identityEvent, instantOf, phoneNumberOf } from './reported.ts';

/**
 * How far a message of ours is. It is known by what we gave Meta to say back, our message id: so a status also tells
 * what became of a message whose sending was never answered. `undefined`: not a message of ours, or no news.
 */
export function statusEvents(status: WebhookStatus): readonly SessionEvent[] | undefined {
  const messageId = MessageId.safeParse(status.biz_opaque_callback_data).data;
  const at = instantOf(status.timestamp);
  const events = messageId === undefined ? [] : eventsOf(status, messageId, at);
  if (events.length === 0) return undefined;
  return [...identityEvent(at, phoneNumberOf(status.recipient_id), status.recipient_user_id, null), ...events];
}

/** A later status may come without an earlier one, which alone told Meta's id if the answer to the send was lost. */
function eventsOf({ status, id: wireId, errors }: WebhookStatus, messageId: string, at: string): readonly SessionEvent[] {
  const sent = { type: 'message.sent', at, messageId, wireId } as const;
  switch (status) {
    case 'sent':
      return [sent];
    case 'delivered':
    case 'read':
    case 'played':
      return [sent, { type: 'message.ack', at, messageId, ack: status }];
    case 'failed':
      return [{ type: 'message.failed', at, messageId, failure: failureOf(errors) }];
    default:
      return [];
  }
}

function failureOf([error]: WebhookStatus['errors']) {
  if (!error) return metaFailure(0, 'no reason given');
  return metaFailure(error.code, error.error_data?.details ?? error.title ?? error.message ?? 'no reason given');
}
