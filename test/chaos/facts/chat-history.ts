import type { ChatView, MessageView } from '../../../shared/contracts/api/messages.ts';
import type { LinkedNumber } from '../records.ts';
import type { World } from '../world/world.ts';

/** A message that came in, as the history of its chat tells. */
export interface ReceivedByUs {
  readonly session: LinkedNumber;
  readonly from: string;
  readonly text: string;
}

/** All that a session has received, chat by chat, from those who write to us; people of campaigns never do. */
export async function receivedBy({ blazz }: Pick<World, 'blazz'>, session: LinkedNumber): Promise<readonly ReceivedByUs[]> {
  const chats = await blazz.all<ChatView>(`/v1/chats?sessionId=${session.sessionId}`);
  const received: ReceivedByUs[] = [];
  for (const { id, peer } of chats.filter(({ peer }) => peer.startsWith(WRITERS_PREFIX))) {
    const messages = await blazz.all<MessageView>(`/v1/chats/${id}/messages`);
    const incoming = messages.filter(({ direction }) => direction === 'inbound');
    received.push(...incoming.map(({ text }) => ({ session, from: peer, text: text ?? '' })));
  }
  return received;
}

/** Their numbers begin with it, and no others. */
export const WRITERS_PREFIX = '+491590';
