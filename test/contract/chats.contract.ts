import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
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
      expect(chat).toEqual({ id, workspaceId, ...shown, lastMessageAt: NOW, lastMessagePreview: 'Hello' });
      expect(isNew).toBe(true);
      expect(await chats.get(workspaceId, id)).toEqual(chat);
    });

    it('counts a batch once, and remembers which one opened the chat', async () => {
      const workspaceId = aWorkspace();
      const first = await chats.touch(activity(workspaceId, { unread: 2 }));
      expect(await chats.touch(activity(workspaceId, { unread: 2 }))).toEqual(first);
      const next = await chats.touch(activity(workspaceId, { sequence: '0000000001-0000000002', name: null, preview: null }));
      expect(next).toMatchObject({ isNew: false, chat: { unreadCount: 3, lastMessagePreview: null } });
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
      const ofOther = await chats.list(workspaceId, { limit: 5 }, OTHER_SESSION);
      expect(ofOther.items.map(({ peer }) => peer.at(-1))).toEqual(['4', '2']);
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
