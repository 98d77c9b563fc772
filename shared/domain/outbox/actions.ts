import type { MessageContent, MessageType } from '../../contracts/message.ts';
import type { MessageDetails } from '../../contracts/message-details.ts';

/** For how long after a message was sent WhatsApp lets it be changed, and be deleted for everyone. */
export const EDIT_WITHIN_MS = 15 * 60_000;
export const DELETE_WITHIN_MS = 60 * 3_600_000;

/**
 * Whether this only does something to an earlier message. WhatsApp acknowledges it at once or not at all, it is read by
 * nobody, and doing it twice is the same as doing it once.
 */
export const isAction = ({ type }: { readonly type: MessageType }): boolean => type === 'reaction' || type === 'edit' || type === 'delete';

/** The message it is about, and the field that names it. A reply names its own beside the content. */
export function targetOf(content: MessageContent): { readonly path: string; readonly id: string } | undefined {
  switch (content.type) {
    case 'reaction':
      return { path: 'reaction.messageId', id: content.reaction.messageId };
    case 'forward':
      return { path: 'forward.messageId', id: content.forward.messageId };
    case 'edit':
      return { path: 'edit.messageId', id: content.edit.messageId };
    case 'delete':
      return { path: 'delete.messageId', id: content.delete.messageId };
    default:
      return undefined;
  }
}

/** What a message that we send shows beside its text and its file. */
export function sentDetails(content: MessageContent): MessageDetails | null {
  switch (content.type) {
    case 'location': {
      const { latitude, longitude, name = null, address = null } = content.location;
      return { location: { latitude, longitude, name, address } };
    }
    case 'contact':
      return { contacts: [{ name: content.contact.name, phoneNumbers: [content.contact.phoneNumber] }] };
    case 'poll':
      return { poll: content.poll };
    case 'reaction':
      return { messageId: content.reaction.messageId, emoji: content.reaction.emoji };
    default: {
      const target = targetOf(content);
      return target ? { messageId: target.id } : null;
    }
  }
}
