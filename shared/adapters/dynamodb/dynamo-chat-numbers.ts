import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DomainError } from '../../domain/errors.ts';
import { NUMBERS_REMEMBERED, type ChatEvents, type ChatNumbers } from '../../domain/webhooks/chat-numbers.ts';
import { batchGet, executeStatements, type Statement, type StatementResult } from './batch.ts';
import type { Item } from './conditions.ts';
import { chatNumbersKey } from './keys.ts';

/** How much of an event's id is kept: 40 bits of its hash, which tell the last few of one chat apart. */
const MARK_LENGTH = 8;
const ATTEMPTS = 6;

interface Numbered {
  readonly last: number;
  /** Marks of the last events; the newest, at the end, has the number `last`. */
  readonly recent: readonly string[];
}

/** One small item a chat, written once a call and chat, conditional on the number it goes on from. */
export const dynamoChatNumbers = (doc: DynamoDBDocumentClient, tableName: string): ChatNumbers => ({
  async take(workspaceId, chats) {
    const taken = new Map<string, number>();
    let open = chats;
    for (let attempt = 0; open.length > 0; attempt++) {
      if (attempt === ATTEMPTS) throw new DomainError('unavailable', 'chat_busy', 'Too many events of one chat at once.', { retryAfterSeconds: 1 });
      open = await tryTake(doc, tableName, workspaceId, open, taken);
    }
    return taken;
  },
});

/** Returns the chats where someone else numbered events meanwhile. */
async function tryTake(
  doc: DynamoDBDocumentClient,
  tableName: string,
  workspaceId: string,
  chats: readonly ChatEvents[],
  taken: Map<string, number>,
): Promise<readonly ChatEvents[]> {
  const items = await batchGet(doc, tableName, chats.map(({ chatId }) => chatNumbersKey(workspaceId, chatId)), { consistent: true });
  const steps = chats.flatMap((chat, i) => stepOf(chat, items[i]));
  const changed = steps.filter(({ after, before }) => after !== before);
  const results = await executeStatements(doc, changed.map((step) => statementOf(tableName, workspaceId, step)));
  const lost = new Set(changed.filter((_, i) => wasOvertaken(results[i])).map(({ chat }) => chat));
  for (const { chat, after } of steps) if (!lost.has(chat)) note(taken, chat, after);
  return [...lost];
}

interface Step {
  readonly chat: ChatEvents;
  readonly before: Numbered | undefined;
  /** The same object if every event has its number already. */
  readonly after: Numbered;
}

function stepOf(chat: ChatEvents, item: Item | undefined): Step[] {
  const before = item && { last: item['lastNumber'] as number, recent: item['recentEvents'] as string[] };
  if (!before && !chat.begins) return [];
  const known = new Set(before?.recent);
  const fresh = chat.eventIds.map(markOf).filter((mark) => !known.has(mark));
  if (before && fresh.length === 0) return [{ chat, before, after: before }];
  const kept = Math.max(NUMBERS_REMEMBERED, chat.eventIds.length);
  const recent = [...(before?.recent ?? []), ...fresh].slice(-kept);
  return [{ chat, before, after: { last: (before?.last ?? 0) + fresh.length, recent } }];
}

const markOf = (eventId: string): string => eventId.slice(-MARK_LENGTH);

function statementOf(tableName: string, workspaceId: string, { chat, before, after }: Step): Statement {
  const { pk, sk } = chatNumbersKey(workspaceId, chat.chatId);
  if (!before) {
    return { Statement: `INSERT INTO "${tableName}" VALUE {'pk': ?, 'sk': ?, 'lastNumber': ?, 'recentEvents': ?}`, Parameters: [pk, sk, after.last, after.recent] };
  }
  return {
    Statement: `UPDATE "${tableName}" SET lastNumber = ?, recentEvents = ? WHERE pk = ? AND sk = ? AND lastNumber = ?`,
    Parameters: [after.last, after.recent, pk, sk, before.last],
  };
}

function wasOvertaken(result: StatementResult | undefined): boolean {
  const code = result?.Error?.Code;
  if (code === undefined) return false;
  if (code === 'DuplicateItem' || code === 'ConditionalCheckFailed') return true;
  throw new Error(`Numbering failed: ${code}: ${result?.Error?.Message}`);
}

function note(taken: Map<string, number>, { eventIds }: ChatEvents, { last, recent }: Numbered): void {
  const numbers = new Map(recent.map((mark, i) => [mark, last - recent.length + 1 + i]));
  for (const id of eventIds) {
    const number = numbers.get(markOf(id));
    if (number !== undefined) taken.set(id, number);
  }
}
