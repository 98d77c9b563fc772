import { NUMBERS_REMEMBERED, type ChatNumbers } from '../../../shared/domain/webhooks/chat-numbers.ts';

/** Numbers in memory: keeps the same contract as the DynamoDB adapter. */
export function memoryChatNumbers(): ChatNumbers {
  const all = new Map<string, { last: number; recent: (readonly [string, number])[] }>();
  return {
    async take(workspaceId, chats) {
      const taken = new Map<string, number>();
      for (const { chatId, eventIds, begins } of chats) {
        const key = `${workspaceId}/${chatId}`;
        const held = all.get(key) ?? (begins ? { last: 0, recent: [] } : undefined);
        if (!held) continue;
        const known = new Map(held.recent);
        for (const id of eventIds) {
          if (!known.has(id)) held.recent.push([id, ++held.last]);
          taken.set(id, known.get(id) ?? held.last);
        }
        held.recent = held.recent.slice(-Math.max(NUMBERS_REMEMBERED, eventIds.length));
        all.set(key, held);
      }
      return taken;
    },
  };
}
