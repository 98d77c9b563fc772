import type { PublicEvent, PublicEventType } from '../../contracts/public-event.ts';
import type { ChatEvents, ChatNumbers } from './chat-numbers.ts';

/** True for a moment only: nobody waits for one that was missed. */
const PASSING: ReadonlySet<PublicEventType> = new Set(['chat.typing', 'contact.presence']);

/**
 * Gives each event of a chat its `sequence`: 1, 2, 3 … in the order in which they are given here. An event that is
 * published again gets the number it has. A campaign's messages open no chat, so their receipts begin no numbering
 * either: they are numbered from the moment the chat has another event. Costs one write a chat and call.
 */
export const makeNumberEvents = (numbers: ChatNumbers) =>
  async (workspaceId: string, events: readonly PublicEvent[]): Promise<readonly PublicEvent[]> => {
    const chats = chatsOf(events);
    if (chats.length === 0) return events;
    const taken = await numbers.take(workspaceId, chats);
    return events.map((event) => {
      const sequence = taken.get(event.id);
      return sequence === undefined ? event : { ...event, sequence };
    });
  };
export type NumberEvents = ReturnType<typeof makeNumberEvents>;

function chatsOf(events: readonly PublicEvent[]): ChatEvents[] {
  const ofChats = Map.groupBy(events.filter(({ chatId, type }) => chatId !== undefined && !PASSING.has(type)), ({ chatId = '' }) => chatId);
  return [...ofChats].map(([chatId, own]) => ({
    chatId,
    eventIds: [...new Set(own.map(({ id }) => id))],
    begins: own.some(({ data }) => !isOfCampaign(data)),
  }));
}

const isOfCampaign = ({ campaignId }: PublicEvent['data']): boolean => typeof campaignId === 'string';
