import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NUMBERS_REMEMBERED, type ChatEvents, type ChatNumbers } from '../../shared/domain/webhooks/chat-numbers.ts';
import { chatIdOf } from '../../shared/identity/chat-identity.ts';
import { WORKSPACE } from '../support/builders/outbound-message.ts';
import { anId } from '../support/builders/session.ts';

export interface ChatNumbersHarness {
  readonly numbers: ChatNumbers;
  stop(): Promise<void>;
}

const OTHER_WORKSPACE = 'wsp_01J0000000000000000000000B';
let peers = 0;
const aChatId = () => chatIdOf(WORKSPACE, anId('ses'), `+49170${10_000_000 + peers++}`);
const events = (count: number) => Array.from({ length: count }, () => anId('evt'));

/** Run on the in-memory fake in unit tests and on DynamoDB in integration tests. */
export function describeChatNumbers(name: string, start: () => Promise<ChatNumbersHarness>): void {
  describe(`${name} keeps the contract of ChatNumbers`, () => {
    let harness: ChatNumbersHarness;
    let take: (...chats: ChatEvents[]) => Promise<ReadonlyMap<string, number>>;
    beforeAll(async () => {
      harness = await start();
      take = (...chats) => harness.numbers.take(WORKSPACE, chats);
    });
    afterAll(() => harness.stop());

    it('counts from 1, chat by chat', async () => {
      const [one, other, [a = '', b = '', c = '', d = '']] = [aChatId(), aChatId(), events(4)];
      expect(await take({ chatId: one, eventIds: [a, b], begins: true }, { chatId: other, eventIds: [c], begins: true })).toEqual(new Map([[a, 1], [b, 2], [c, 1]]));
      expect(await take({ chatId: one, eventIds: [d], begins: false })).toEqual(new Map([[d, 3]]));
    });

    it('gives an event that comes again the number it has', async () => {
      const [chatId, [a = '', b = '', c = '']] = [aChatId(), events(3)];
      await take({ chatId, eventIds: [a, b], begins: true });
      expect(await take({ chatId, eventIds: [b, c, a], begins: true })).toEqual(new Map([[b, 2], [c, 3], [a, 1]]));
      expect(await take({ chatId, eventIds: [c], begins: true })).toEqual(new Map([[c, 3]]));
    });

    it(`remembers the last ${NUMBERS_REMEMBERED}, and as many as come at once`, async () => {
      const [chatId, first, many] = [aChatId(), events(1), events(3 * NUMBERS_REMEMBERED)];
      await take({ chatId, eventIds: first, begins: true });
      const taken = await take({ chatId, eventIds: many, begins: true });
      expect([...taken.values()]).toEqual(many.map((_, i) => i + 2));
      expect(await take({ chatId, eventIds: many, begins: true })).toEqual(taken);
    });

    it('leaves out a chat that nothing has begun', async () => {
      const [chatId, [a = '', b = '']] = [aChatId(), events(2)];
      expect(await take({ chatId, eventIds: [a], begins: false })).toEqual(new Map());
      expect(await take({ chatId, eventIds: [b], begins: true })).toEqual(new Map([[b, 1]]));
    });

    it('gives no number twice to those who ask at the same time', async () => {
      const [chatId, asked] = [aChatId(), events(5)];
      const taken = await Promise.all(asked.map((id) => take({ chatId, eventIds: [id], begins: true })));
      expect(taken.flatMap((numbers) => [...numbers.values()]).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5]);
    });

    it('counts for each workspace alone', async () => {
      const [chatId, [a = '', b = '']] = [aChatId(), events(2)];
      await take({ chatId, eventIds: [a], begins: true });
      expect(await harness.numbers.take(OTHER_WORKSPACE, [{ chatId, eventIds: [b], begins: true }])).toEqual(new Map([[b, 1]]));
    });
  });
}
