import { chatJid, isGroupJid, userJid } from '../numbers.ts';
import type { Message, PageItem } from './message.ts';

/** A message as the pages of `number` see it; `name` is what its sender calls itself. */
export function pageItem(number: string, message: Message, name?: string, ack?: number): PageItem {
  const { wireId, sender, recipient, type, body, content, sentAt } = message;
  const me = sender === number;
  const chat = isGroupJid(recipient) || me ? recipient : sender;
  return {
    id: wireId,
    chat: chatJid(chat),
    from: userJid(sender),
    me,
    type,
    body,
    ts: Math.floor(sentAt / 1000),
    ...(content && { c: content }),
    ...(ack !== undefined && { ack }),
    ...(name !== undefined && { name }),
  };
}
