import type { StoredMessage } from './messages.ts';

const MAX_CHARACTERS = 100;

/** One line for a list of chats: the text, cut short, or what it is that has none. */
export function messagePreview({ text, type }: Pick<StoredMessage, 'text' | 'type'>): string {
  const line = text?.replace(/\s+/g, ' ').trim();
  if (!line) return `[${type}]`;
  const characters = Array.from(line.slice(0, (MAX_CHARACTERS + 1) * 2)); // by character: cutting an emoji in half shows a box
  return characters.length > MAX_CHARACTERS ? `${characters.slice(0, MAX_CHARACTERS - 1).join('')}…` : characters.join('');
}
