import type { Chats } from '../chats/chats.ts';
import { DomainError } from '../errors.ts';
import type { RequireSendable } from '../outbox/queue-message.ts';
import { serviceWindow } from './service-window.ts';

export interface RequireSendableDeps {
  readonly chats: Pick<Chats, 'lastReceivedAt'>;
  /** Throws unless the template is approved, belongs to the account of the session, and has a value for each placeholder. */
  readonly requireTemplate: RequireSendable;
}

/**
 * What Meta would refuse, as far as we know before: a template that is not ready, or free text to somebody who has not
 * written for a day. Throws `window_closed` or what the template lacks; Meta has the last word when it is sent.
 */
export const makeRequireSendable = ({ chats, requireTemplate }: RequireSendableDeps): RequireSendable =>
  async (order) => {
    const { session, content, peer, now, sendAt } = order;
    if (session.provider !== 'meta') return;
    if (content.type === 'template') return requireTemplate(order);
    const isForLater = sendAt !== undefined && Date.parse(sendAt) > now; // they may write until then
    if (isForLater) return;
    const [lastReceivedAt = 0] = await chats.lastReceivedAt(session.workspaceId, session.id, [peer]);
    if (serviceWindow(lastReceivedAt, Date.parse(session.createdAt), now) === 'closed') throw windowClosed();
  };

const windowClosed = (): DomainError =>
  new DomainError('invalid', 'window_closed', 'They have not written to this number within 24 hours, so Meta takes nothing but an approved template for them. Send one with `"type": "template"`.', {
    fields: [{ path: 'type', message: 'must be template, as the 24 hours since they last wrote are over' }],
  });
