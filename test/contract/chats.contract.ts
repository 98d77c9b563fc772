import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { ChatActivity, Chats, Peers } from '../../shared/domain/chats/chats.ts';
import type { Outbox } from '../../shared/domain/outbox/outbox.ts';
import { chatIdOf } from '../../shared/identity/chat-identity.ts';
import { derivedId } from '../../shared/identity/derived-id.ts';
import { anOutboundMessage, SESSION } from '../support/builders/outbound-message.ts';

/** Chats and peers, with the outbox through which a campaign writes. */
export interface ChatsHarness {
  readonly chats: Chats;
  readonly peers: Peers;
  readonly outbox: Outbox;
  /** Lets the clock of the chats go on a little. */
  tick(): void;
  stop(): Promise<void>;
}

const NOW = Date.UTC(2026, 5, 1, 12);
const OTHER_SESSION = 'ses_01J0000000000000000000000T';

/** Run on the in-memory fakes in unit tests and on DynamoDB in integration tests. */
export function describeChats(name: string, start: () => Promise<ChatsHarness>): void {
  describe(`${name} keeps the contracts of Chats and Peers`, () => {
    let harness: ChatsHarness;
    let chats: Chats;
    let made = 0;
    beforeAll(async () => {
      harness = await start();
      chats = harness.chats;
    });
    afterAll(() => harness.stop());

    const aWorkspace = () => derivedId('wsp', NOW, String(made++));
    const activity = (workspaceId: string, change: Partial<ChatActivity> = {}): ChatActivity => ({
      workspaceId,
      sessionId: SESSION,
      peer: '+4915112345678',
      at: NOW,
      preview: 'Hello',
      unread: 1,
      sequence: '0000000001-0000000001',
      ...change,
    });

    it('opens a chat with its first message', async () => {
      const workspaceId = aWorkspace();
      const { chat, isNew } = await chats.touch(activity(workspaceId, { name: 'Ada' }));
      const id = chatIdOf(workspaceId, SESSION, '+4915112345678');
      const shown = { sessionId: SESSION, peer: '+4915112345678', name: 'Ada', isGroup: false, unreadCount: 1 };
      const counted = { messagesIn: 1, messagesOut: 0, firstMessageAt: NOW, formerPeers: [] };
      expect(chat).toEqual({ id, workspaceId, ...shown, ...counted, lastMessageAt: NOW, lastMessagePreview: 'Hello' });
      expect(isNew).toBe(true);
      expect(await chats.get(workspaceId, id)).toEqual(chat);
    });

    it('counts a batch once, and remembers which one opened the chat', async () => {
      const workspaceId = aWorkspace();
      const first = await chats.touch(activity(workspaceId, { unread: 2 }));
      expect(await chats.touch(activity(workspaceId, { unread: 2 }))).toEqual(first);
      const next = await chats.touch(activity(workspaceId, { sequence: '0000000001-0000000002', at: NOW + 9, sent: 4, name: null, preview: null }));
      expect(next).toMatchObject({ isNew: false, chat: { unreadCount: 3, messagesIn: 3, messagesOut: 4, firstMessageAt: NOW, lastMessagePreview: null } });
    });

    it('shows the newest message, also when an older one comes late', async () => {
      const workspaceId = aWorkspace();
      await chats.touch(activity(workspaceId, { name: 'Ada' }));
      const late = await chats.touch(activity(workspaceId, { at: NOW - 5_000, preview: 'Late', sequence: '0000000001-0000000002' }));
      expect(late).toMatchObject({ isNew: false, chat: { name: 'Ada', unreadCount: 2, lastMessageAt: NOW, lastMessagePreview: 'Hello' } });
    });

    it('knows when each peer last wrote, and that a message of ours is no such time', async () => {
      const workspaceId = aWorkspace();
      const [ada, bob] = ['+4915100000001', '+4915100000002'];
      await chats.touch(activity(workspaceId, { peer: ada }));
      await chats.touch(activity(workspaceId, { peer: ada, at: NOW + 9_000, unread: 0, sequence: '0000000001-0000000002' }));
      await chats.touch(activity(workspaceId, { peer: bob, unread: 0 }));
      expect(await chats.lastReceivedAt(workspaceId, SESSION, [bob, ada, '+4915100000003'])).toEqual([0, NOW, 0]);
      expect(await chats.lastReceivedAt(workspaceId, OTHER_SESSION, [ada])).toEqual([0]);
    });

    it('marks a chat read, and minds no chat that is not there', async () => {
      const workspaceId = aWorkspace();
      const { chat } = await chats.touch(activity(workspaceId, { peer: '123-456@g.us' }));
      await chats.markRead(workspaceId, chat.id);
      await chats.markRead(workspaceId, chatIdOf(workspaceId, SESSION, '+4900000'));
      await chats.markRead(aWorkspace(), chat.id);
      expect(await chats.get(workspaceId, chat.id)).toEqual({ ...chat, isGroup: true, unreadCount: 0 });
    });

    it('lists by last activity, page by page, of one session if asked', async () => {
      const workspaceId = aWorkspace();
      const numbers = ['+4915100000001', '+4915100000002', '+4915100000003', '+4915100000004', '+4915100000005'];
      for (const [i, peer] of numbers.entries()) {
        await chats.touch(activity(workspaceId, { peer, at: NOW + i, sessionId: i % 2 ? OTHER_SESSION : SESSION }));
      }
      await chats.touch(activity(workspaceId, { peer: '+4915100000001', at: NOW + 99, sequence: '0000000001-0000000002' }));
      const first = await chats.list(workspaceId, { limit: 2 });
      const second = await chats.list(workspaceId, { limit: 3, cursor: first.cursor });
      expect([...first.items, ...second.items].map(({ peer }) => peer.at(-1))).toEqual(['1', '5', '4', '3', '2']);
      expect(second.cursor).toBeUndefined();
      const ofOther = await chats.list(workspaceId, { limit: 5 }, { sessionId: OTHER_SESSION });
      expect(ofOther.items.map(({ peer }) => peer.at(-1))).toEqual(['4', '2']);
      await chats.markRead(workspaceId, ofOther.items[0]?.id ?? '');
      const unread = await chats.list(workspaceId, { limit: 5 }, { sessionId: OTHER_SESSION, isUnread: true });
      expect(unread.items.map(({ peer }) => peer.at(-1))).toEqual(['2']);
    });

    it('shows each chat once while messages arrive between the pages, and none that was there is missing', async () => {
      const peers = Array.from({ length: 7 }, (_, i) => `+491510000000${i}`);
      const arrival = fc.record({ peer: fc.constantFrom(...peers, '+4915200000009'), lateMs: fc.constantFrom(0, 0, 0, 30) });
      const arrivals = fc.array(arrival, { maxLength: 3 });
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(arrivals, { minLength: 7, maxLength: 7 }), async (limit, between) => {
          const workspaceId = aWorkspace();
          let at = NOW;
          let sequence = 1;
          const receive = async (peer: string, lateMs = 0) => {
            harness.tick();
            at += 10;
            await chats.touch(activity(workspaceId, { peer, at: at - lateMs, sequence: `0000000001-${String(sequence++).padStart(10, '0')}` }));
            harness.tick();
          };
          for (const peer of peers) await receive(peer);
          const shown: string[] = [];
          let cursor: string | undefined;
          do {
            const page = await chats.list(workspaceId, { limit, cursor });
            shown.push(...page.items.map(({ peer }) => peer));
            cursor = page.cursor;
            for (const { peer, lateMs } of between.shift() ?? []) await receive(peer, lateMs);
          } while (cursor !== undefined);
          expect(shown).toEqual(peers.toReversed());
        }),
        { numRuns: 40, seed: 7 },
      );
    });

    describe('with two peers who are one person', () => {
      const LID = '100200300@lid';
      const NUMBER = '+4915112345678';
      const idOf = (workspaceId: string, peer: string) => chatIdOf(workspaceId, SESSION, peer);

      it('become one, with the counts of both and the newest of both', async () => {
        const workspaceId = aWorkspace();
        await chats.touch(activity(workspaceId, { peer: LID, name: 'Ada', at: NOW - 5, unread: 2, preview: 'First' }));
        await chats.touch(activity(workspaceId, { peer: NUMBER, unread: 0, sent: 1, preview: 'Answer', sequence: '0000000001-0000000002' }));
        for (let again = 0; again < 2; again++) await chats.mergeInto(workspaceId, LID, NUMBER);
        const one = await chats.get(workspaceId, idOf(workspaceId, LID));
        expect(one).toMatchObject({
          id: idOf(workspaceId, NUMBER), peer: NUMBER, name: 'Ada', unreadCount: 2, messagesIn: 2, messagesOut: 1,
          firstMessageAt: NOW - 5, lastMessageAt: NOW, lastMessagePreview: 'Answer', formerPeers: [LID],
        });
        expect((await chats.list(workspaceId, { limit: 5 })).items).toEqual([one]);
        expect(await chats.ofPeers(workspaceId, [LID, NUMBER])).toEqual([one]);
        await chats.markRead(workspaceId, idOf(workspaceId, LID));
        expect((await chats.get(workspaceId, one.id)).unreadCount).toBe(0);
      });

      it('become the chat of the number where it had none', async () => {
        const workspaceId = aWorkspace();
        await chats.touch(activity(workspaceId, { peer: LID }));
        await chats.touch(activity(workspaceId, { peer: LID, sessionId: OTHER_SESSION }));
        await chats.mergeInto(workspaceId, LID, NUMBER);
        const { items } = await chats.list(workspaceId, { limit: 5 });
        expect(new Set(items.map(({ sessionId, peer, unreadCount }) => `${sessionId} ${peer} ${unreadCount}`))).toEqual(new Set([`${SESSION} ${NUMBER} 1`, `${OTHER_SESSION} ${NUMBER} 1`]));
      });

      it('stay one when something comes under the old name after all, counted once', async () => {
        const workspaceId = aWorkspace();
        await chats.touch(activity(workspaceId, { peer: LID }));
        await chats.mergeInto(workspaceId, LID, NUMBER);
        for (let again = 0; again < 2; again++) {
          await chats.touch(activity(workspaceId, { peer: LID, at: NOW + 1, preview: 'Late', sequence: '0000000001-0000000002' }));
        }
        const { items } = await chats.list(workspaceId, { limit: 5 });
        expect(items).toMatchObject([{ peer: NUMBER, unreadCount: 2, messagesIn: 2, lastMessagePreview: 'Late' }]);
      });

      it('lose nothing that comes while they are merged', async () => {
        const workspaceId = aWorkspace();
        await chats.touch(activity(workspaceId, { peer: LID }));
        await chats.touch(activity(workspaceId, { peer: NUMBER, sessionId: OTHER_SESSION }));
        await Promise.all([
          chats.mergeInto(workspaceId, LID, NUMBER),
          chats.touch(activity(workspaceId, { peer: LID, sequence: '0000000001-0000000002' })),
          chats.mergeInto(workspaceId, LID, NUMBER),
        ]);
        expect(await chats.get(workspaceId, idOf(workspaceId, NUMBER))).toMatchObject({ unreadCount: 2, messagesIn: 2 });
        expect((await chats.list(workspaceId, { limit: 5 })).items).toHaveLength(2);
      });
    });

    it('knows a chat that only a campaign wrote to, and does not list it', async () => {
      const workspaceId = aWorkspace();
      const message = anOutboundMessage({ workspaceId, campaignId: derivedId('cmp', NOW, 'x') });
      await harness.outbox.insert(message);
      expect(await chats.get(workspaceId, message.chatId)).toMatchObject({ id: message.chatId, peer: message.peer, unreadCount: 0 });
      expect((await chats.list(workspaceId, { limit: 5 })).items).toEqual([]);
    });

    it("does not know another workspace's chat", async () => {
      const { chat } = await chats.touch(activity(aWorkspace()));
      const other = aWorkspace();
      await expect(chats.get(other, chat.id)).rejects.toMatchObject({ code: 'chat_not_found' });
      expect((await chats.list(other, { limit: 5 })).items).toEqual([]);
    });

    describe('peers', () => {
      it('are remembered with the session that last talked to them', async () => {
        const workspaceId = aWorkspace();
        const { peers } = harness;
        const all = new Map(Array.from({ length: 60 }, (_, i) => [`+49151000000${i + 10}`, SESSION] as const));
        await peers.remember(workspaceId, all);
        await peers.remember(workspaceId, new Map([['+4915100000010', OTHER_SESSION]]));
        expect(await peers.lastSessionOf(workspaceId, '+4915100000010')).toBe(OTHER_SESSION);
        const found = await peers.lastSessionsOf(workspaceId, [...all.keys(), '+4900']);
        expect(found).toEqual(new Map(all).set('+4915100000010', OTHER_SESSION));
        expect(await peers.lastSessionOf(aWorkspace(), '+4915100000010')).toBeUndefined();
      });

      it('are left as they are where nothing differs from what is known', async () => {
        const workspaceId = aWorkspace();
        await harness.peers.remember(workspaceId, new Map([['+49151', SESSION]]), new Map([['+49151', SESSION]]));
        expect(await harness.peers.lastSessionOf(workspaceId, '+49151')).toBeUndefined();
      });
    });
  });
}
