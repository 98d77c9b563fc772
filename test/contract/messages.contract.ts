import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Deed } from '../../shared/domain/outbox/annotations.ts';
import type { Messages, StatusChange, StoredMessage } from '../../shared/domain/outbox/messages.ts';
import type { OutboundMessage } from '../../shared/domain/outbox/outbound-message.ts';
import type { Outbox } from '../../shared/domain/outbox/outbox.ts';
import { derivedId } from '../../shared/identity/derived-id.ts';
import { chatIdOf } from '../../shared/identity/chat-identity.ts';
import { messageIdOf, wireIdOf } from '../../shared/identity/message-identity.ts';
import { aReceivedMessage } from '../support/builders/received-message.ts';
import { anOutboundMessage, SESSION, WORKSPACE } from '../support/builders/outbound-message.ts';

/** A history with the outbox that fills it. */
export interface MessagesHarness {
  readonly messages: Messages;
  readonly outbox: Outbox;
  setFencingToken(sessionId: string, token: number): Promise<void>;
  stop(): Promise<void>;
}

const NOW = Date.UTC(2026, 5, 1, 12);
const OTHER_WORKSPACE = 'wsp_01J0000000000000000000000B';
const batchAt = (counter: number, fencingToken = 1) => ({
  sequence: `${String(fencingToken).padStart(10, '0')}-${String(counter).padStart(10, '0')}`,
  fencingToken,
});

/** Run on the in-memory fake in unit tests and on DynamoDB in integration tests. */
export function describeMessages(name: string, start: () => Promise<MessagesHarness>): void {
  describe(`${name} keeps the contract of Messages`, () => {
    let harness: MessagesHarness;
    let messages: Messages;
    let made = 0;
    beforeAll(async () => {
      harness = await start();
      messages = harness.messages;
    });
    afterAll(() => harness.stop());

    async function queued(change: Partial<OutboundMessage> = {}): Promise<OutboundMessage> {
      const sessionId = change.sessionId ?? derivedId('ses', NOW, String(made++));
      return (await harness.outbox.insert(anOutboundMessage({ sessionId, ...change }))).message;
    }
    async function sending(token = 1): Promise<OutboundMessage> {
      const message = await queued();
      await harness.setFencingToken(message.sessionId, token);
      await harness.outbox.claim({ sessionId: message.sessionId, fencingToken: token, messages: [message] });
      return message;
    }
    const statusOf = async (id: string) => (await messages.get(WORKSPACE, id)).status;

    describe('get', () => {
      it('shows a queued message', async () => {
        const { id, sessionId, chatId, peer } = await queued({ content: { type: 'text', text: 'Hi' } });
        const shown = { id, sessionId, chatId, peer, direction: 'outbound', type: 'text', text: 'Hi', status: 'queued' };
        expect(await messages.get(WORKSPACE, id)).toMatchObject({ ...shown, wireId: null, sentAt: null, receivedAt: null });
      });

      it("does not know another workspace's message", async () => {
        const { id } = await queued();
        await expect(messages.get(OTHER_WORKSPACE, id)).rejects.toMatchObject({ code: 'message_not_found' });
        expect(await messages.getMany(OTHER_WORKSPACE, [id])).toEqual(new Map());
      });

      it('finds many and leaves out the unknown', async () => {
        const [first, second] = [await queued(), await queued()];
        const unknown = messageIdOf(WORKSPACE, first.peer, NOW, 'nobody made it');
        const found = await messages.getMany(WORKSPACE, [first.id, unknown, second.id]);
        expect([...found.keys()].toSorted()).toEqual([first.id, second.id].toSorted());
      });
    });

    describe('standings', () => {
      it('tell status and last batch of what is there', async () => {
        const [waiting, left] = [await queued(), await sending()];
        const unknown = messageIdOf(WORKSPACE, waiting.peer, NOW, 'nobody stands here');
        const { sequence, fencingToken } = batchAt(4);
        await messages.applyChanges(WORKSPACE, { sequence, fencingToken }, [{ messageId: left.id, to: 'sent', at: NOW }]);
        const standings = await messages.standings(WORKSPACE, [waiting.id, unknown, left.id]);
        const byStatus = standings.toSorted((a, b) => (a.status < b.status ? -1 : 1));
        expect(byStatus).toEqual([
          { sessionId: waiting.sessionId, status: 'queued', movedBy: null },
          { sessionId: left.sessionId, status: 'sent', movedBy: sequence },
        ]);
        expect(await messages.standings(OTHER_WORKSPACE, [left.id])).toEqual([]);
      });
    });

    describe.each([{ company: 0 }, { company: 1 }])('applyChanges, with $company others in the batch', ({ company }) => {
      /** One change may take another way than several: each rule holds on both. */
      async function apply(counter: number, changes: readonly StatusChange[], token = 1) {
        const others = await Promise.all(Array.from({ length: company }, () => sending(token)));
        const given: StatusChange[] = [...changes, ...others.map(({ id }) => ({ messageId: id, to: 'sent' as const, at: NOW }))];
        const applied = await messages.applyChanges(WORKSPACE, batchAt(counter, token), given);
        return applied.filter(({ message }) => !others.some(({ id }) => id === message.id));
      }

      it('moves a message along and notes each time', async () => {
        const { id } = await sending();
        const [sent] = await apply(1, [{ messageId: id, to: 'sent', at: NOW + 1, wireId: '3EB0AA' }]);
        expect(sent).toMatchObject({ from: 'sending', message: { id, status: 'sent', sentAt: NOW + 1, wireId: '3EB0AA' } });
        await apply(2, [{ messageId: id, to: 'delivered', at: NOW + 2 }]);
        const [read] = await apply(3, [{ messageId: id, to: 'read', at: NOW + 3 }]);
        expect(read?.from).toBe('delivered');
        expect(await messages.get(WORKSPACE, id)).toEqual(read?.message);
        expect(read?.message).toMatchObject({ status: 'read', sentAt: NOW + 1, deliveredAt: NOW + 2, readAt: NOW + 3 });
      });

      it('fills the times of steps that were overtaken, from the folded ones if known', async () => {
        const [folded, overtaken] = [await sending(), await sending()];
        const applied = await apply(1, [
          { messageId: folded.id, to: 'read', at: NOW + 9, sentAt: NOW + 1, deliveredAt: NOW + 5 },
          { messageId: overtaken.id, to: 'delivered', at: NOW + 9 },
        ]);
        expect(applied.map(({ message }) => [message.sentAt, message.deliveredAt, message.readAt])).toEqual([
          [NOW + 1, NOW + 5, NOW + 9],
          [NOW + 9, NOW + 9, null],
        ]);
      });

      it.each<{ first: StatusChange['to']; later: StatusChange['to'] }>([
        { first: 'delivered', later: 'sent' },
        { first: 'read', later: 'delivered' },
        { first: 'read', later: 'failed' },
        { first: 'failed', later: 'sent' },
        { first: 'sent', later: 'sent' },
      ])('never goes from $first back to $later (I5)', async ({ first, later }) => {
        const { id } = await sending();
        await apply(1, [{ messageId: id, to: first, at: NOW }]);
        expect(await apply(2, [{ messageId: id, to: later, at: NOW }])).toEqual([]);
        expect(await statusOf(id)).toBe(first);
      });

      it('brings a change of the same batch back as applied, with the status before', async () => {
        const { id } = await sending();
        const changes: StatusChange[] = [{ messageId: id, to: 'delivered', at: NOW }];
        const first = await apply(1, changes);
        expect(await apply(1, changes)).toEqual(first);
        expect(first.map(({ from }) => from)).toEqual(['sending']);
      });

      it('keeps the failure', async () => {
        const { id } = await sending();
        const failure = { code: 'not_on_whatsapp', detail: 'No such number' };
        const [applied] = await apply(1, [{ messageId: id, to: 'failed', at: NOW, failure }]);
        expect(applied?.message).toMatchObject({ status: 'failed', failure });
      });

      it('lets no one fail what a newer owner is sending, but a newer owner fail what an older one sent', async () => {
        const { id } = await sending(5);
        expect(await apply(1, [{ messageId: id, to: 'failed', at: NOW }], 4)).toEqual([]);
        expect(await apply(1, [{ messageId: id, to: 'failed', at: NOW }], 6)).toHaveLength(1);
      });

      it('does not move what nobody claimed, nor what it does not know', async () => {
        const { id, peer } = await queued();
        const unknown = messageIdOf(WORKSPACE, peer, NOW, 'nobody made this either');
        const changes: StatusChange[] = [id, unknown].map((messageId) => ({ messageId, to: 'sent', at: NOW }));
        expect(await apply(1, changes)).toEqual([]);
        expect(await apply(1, [{ messageId: id, to: 'failed', at: NOW }])).toEqual([]);
        expect(await statusOf(id)).toBe('queued');
      });

      it('moves many at once', async () => {
        const all = await Promise.all(Array.from({ length: 60 }, () => sending()));
        const applied = await apply(1, all.map(({ id }) => ({ messageId: id, to: 'sent', at: NOW })));
        expect(applied.map(({ message }) => message.id).toSorted()).toEqual(all.map(({ id }) => id).toSorted());
      });

      it('leaves no message in two minds when two batches race', async () => {
        const { id } = await sending();
        const race = [apply(1, [{ messageId: id, to: 'sent', at: NOW }]), apply(2, [{ messageId: id, to: 'read', at: NOW }])];
        const applied = (await Promise.all(race)).flat();
        expect(await statusOf(id)).toBe('read');
        expect(applied.find(({ change }) => change.to === 'read')?.from).toBe(applied.length === 2 ? 'sent' : 'sending');
      });
    });

    describe('insertInbound', () => {
      it('inserts once, and knows its own batch again', async () => {
        const received = aReceivedMessage({ text: 'Bonjour' });
        expect(await messages.insertInbound(batchAt(1), [received])).toEqual([received]);
        expect(await messages.insertInbound(batchAt(1), [received])).toEqual([received]);
        expect(await messages.insertInbound(batchAt(2), [received])).toEqual([]);
        expect(await messages.get(WORKSPACE, received.id)).toEqual(received);
      });

      it('tells the new ones of several', async () => {
        const [old, fresh] = [aReceivedMessage(), aReceivedMessage({ author: '+4915199', text: null, type: 'image' })];
        await messages.insertInbound(batchAt(1), [old]);
        expect(await messages.insertInbound(batchAt(2), [old, fresh])).toEqual([fresh]);
      });
    });

    describe('annotate', () => {
      const ADA = '+4915112345678';
      const reaction = (emoji: string, at: number, author: string | null = ADA) => ({ kind: 'reaction' as const, author, emoji, at });
      const on = (messageId: string, ...deeds: readonly Deed[]) => [{ messageId, deeds, mayComeLater: false }];
      const received = async () => (await messages.insertInbound(batchAt(1), [aReceivedMessage()]))[0] as StoredMessage;

      it('shows what was done to a message, of us and of others', async () => {
        const { id } = await sending();
        const deeds: Deed[] = [
          reaction('👍', NOW), reaction('🎉', NOW, null), { kind: 'vote', author: ADA, options: ['Mon'], at: NOW }, { kind: 'edit', author: null, text: 'Better', at: NOW + 1 }, { kind: 'revoke', author: null, at: NOW + 2 },
        ];
        const [noted] = await messages.annotate(WORKSPACE, batchAt(1), on(id, ...deeds));
        expect(noted).toMatchObject({ messageId: id, message: { id, text: 'Hello', reactions: [] }, news: deeds });
        expect(await messages.get(WORKSPACE, id)).toMatchObject({
          text: 'Better', editedAt: NOW + 1, revokedAt: NOW + 2, status: 'sending',
          reactions: [{ author: null, emoji: '🎉', at: NOW }, { author: ADA, emoji: '👍', at: NOW }],
          votes: [{ author: ADA, options: ['Mon'], at: NOW }],
        });
      });

      it('keeps the newest by time, tells only news, and its own news again', async () => {
        const { id } = await received();
        const newsOf = async (counter: number, ...deeds: readonly Deed[]) => (await messages.annotate(WORKSPACE, batchAt(counter), on(id, ...deeds)))[0]?.news;
        expect(await newsOf(2, reaction('👍', NOW + 1), reaction('❤️', NOW + 2))).toEqual([reaction('❤️', NOW + 2)]);
        expect(await newsOf(2, reaction('👍', NOW + 1), reaction('❤️', NOW + 2))).toEqual([reaction('❤️', NOW + 2)]);
        expect(await newsOf(3, reaction('👍', NOW + 1))).toEqual([]);
        expect(await newsOf(4, reaction('❤️', NOW + 9))).toEqual([]);
        expect(await newsOf(5, reaction('', NOW + 10))).toHaveLength(1);
        expect((await messages.get(WORKSPACE, id)).reactions).toEqual([]);
        expect(await newsOf(6, reaction('❤️', NOW + 5))).toEqual([]);
      });

      it('leaves receipts as they are, and receipts leave it', async () => {
        const { id } = await sending();
        await messages.applyChanges(WORKSPACE, batchAt(1), [{ messageId: id, to: 'delivered', at: NOW }]);
        await messages.annotate(WORKSPACE, batchAt(2), on(id, reaction('👍', NOW)));
        await messages.applyChanges(WORKSPACE, batchAt(3), [{ messageId: id, to: 'read', at: NOW + 1 }]);
        expect(await messages.get(WORKSPACE, id)).toMatchObject({ status: 'read', deliveredAt: NOW, reactions: [{ emoji: '👍' }] });
      });

      it('keeps what was done to a message that comes later, and shows nobody the place it holds', async () => {
        const later = aReceivedMessage();
        const early = [{ messageId: later.id, deeds: [reaction('👍', NOW)], mayComeLater: true }];
        expect(await messages.annotate(WORKSPACE, batchAt(1), early)).toMatchObject([{ message: undefined, news: early[0]?.deeds }]);
        await expect(messages.get(WORKSPACE, later.id)).rejects.toMatchObject({ code: 'message_not_found' });
        expect([await messages.getMany(WORKSPACE, [later.id]), await messages.standings(WORKSPACE, [later.id])]).toEqual([new Map(), []]);
        for (let delivery = 0; delivery < 2; delivery++) {
          expect(await messages.insertInbound(batchAt(2), [later])).toMatchObject([{ id: later.id, text: 'Hello', reactions: [{ emoji: '👍' }] }]);
        }
        expect(await messages.insertInbound(batchAt(3), [later])).toEqual([]);
        expect(await messages.get(WORKSPACE, later.id)).toMatchObject({ status: 'received', reactions: [{ author: ADA, emoji: '👍', at: NOW }] });
      });

      it("knows no other workspace's message, nor one that will not come", async () => {
        const { id, peer } = await received();
        const unknown = messageIdOf(WORKSPACE, peer, NOW, 'will not come');
        expect(await messages.annotate(OTHER_WORKSPACE, batchAt(1), on(id, reaction('👍', NOW)))).toMatchObject([{ news: [] }]);
        expect(await messages.annotate(WORKSPACE, batchAt(1), on(unknown, reaction('👍', NOW)))).toMatchObject([{ news: [] }]);
        expect((await messages.get(WORKSPACE, id)).reactions).toEqual([]);
      });

      it('loses none of those that race', async () => {
        const { id } = await received();
        const authors = Array.from({ length: 4 }, (_, i) => `+49151000000${i}`);
        await Promise.all(authors.map((author, i) => messages.annotate(WORKSPACE, batchAt(10 + i), on(id, reaction('👍', NOW, author)))));
        expect((await messages.get(WORKSPACE, id)).reactions.map(({ author }) => String(author)).toSorted()).toEqual(authors);
      });
    });

    describe('findIds', () => {
      it('finds what we sent by its wire id, and what came in by wire id and time, or without', async () => {
        const ours = await sending();
        const wireId = 'AC99';
        const [theirs] = (await messages.insertInbound(batchAt(1), [aReceivedMessage({ wireId, id: messageIdOf(WORKSPACE, ours.peer, NOW, wireId), peer: ours.peer, sessionId: ours.sessionId })])) as [StoredMessage];
        const { sessionId, peer } = ours;
        const references = [
          { sessionId, peer, wireId: wireIdOf(ours.id, sessionId), at: null },
          { sessionId, peer, wireId, at: NOW },
          { sessionId, peer, wireId, at: null },
          { sessionId, peer, wireId: 'AC00', at: NOW },
        ];
        expect(await messages.findIds(WORKSPACE, references)).toEqual([ours.id, theirs.id, theirs.id, undefined]);
        expect(await messages.findIds(OTHER_WORKSPACE, references)).toEqual([undefined, undefined, undefined, undefined]);
        expect(await messages.findIds(WORKSPACE, references.map((reference) => ({ ...reference, sessionId: derivedId('ses', NOW, 'another') })))).toEqual([undefined, undefined, undefined, undefined]);
      });
    });

    describe('files of messages that came in', () => {
      const media = { id: derivedId('med', NOW, 'a'), mimetype: 'image/png', filename: null, bytes: 5, sha256: null, status: 'pending' as const, failure: null };
      const failure = { code: 'media_expired', detail: 'gone' };
      const stored = { mimetype: 'image/png', bytes: 7, sha256: 'x' };

      it('are listed for their session until they are settled, oldest first', async () => {
        const sessionId = derivedId('ses', NOW, 'with files');
        const [late, early, none] = [NOW + 5_000, NOW, NOW + 1_000].map((receivedAt, i) => aReceivedMessage({ sessionId, receivedAt, type: 'image', media: i === 2 ? null : media }));
        await messages.insertInbound(batchAt(1), [late!, early!, none!]);
        expect((await messages.listPendingMedia(sessionId, 10)).map(({ id }) => id)).toEqual([early!.id, late!.id]);
        expect(await messages.listPendingMedia(sessionId, 1)).toHaveLength(1);
        await messages.settleMedia(WORKSPACE, batchAt(2), early!.id, { stored });
        await messages.settleMedia(WORKSPACE, batchAt(2), late!.id, { failure });
        expect(await messages.listPendingMedia(sessionId, 10)).toEqual([]);
      });

      it('are settled once, and what is stored stays', async () => {
        const message = aReceivedMessage({ type: 'image', media });
        await messages.insertInbound(batchAt(1), [message]);
        const failed = { ...message, media: { ...media, status: 'failed', failure } };
        expect(await messages.settleMedia(WORKSPACE, batchAt(2), message.id, { failure })).toEqual(failed);
        expect(await messages.settleMedia(WORKSPACE, batchAt(2), message.id, { failure })).toEqual(failed); // its own batch again
        expect(await messages.settleMedia(WORKSPACE, batchAt(3), message.id, { failure })).toBeUndefined();
        const found = { ...message, media: { ...media, ...stored, status: 'stored' } };
        expect(await messages.settleMedia(WORKSPACE, batchAt(4), message.id, { stored })).toEqual(found);
        for (const outcome of [{ failure }, { stored }]) expect(await messages.settleMedia(WORKSPACE, batchAt(5), message.id, outcome)).toBeUndefined();
        expect(await messages.get(WORKSPACE, message.id)).toEqual(found);
      });

      it("are nobody's but their workspace's (I6)", async () => {
        const message = aReceivedMessage({ type: 'image', media });
        await messages.insertInbound(batchAt(1), [message]);
        expect(await messages.settleMedia(OTHER_WORKSPACE, batchAt(2), message.id, { stored })).toBeUndefined();
        expect(await messages.settleMedia(WORKSPACE, batchAt(2), aReceivedMessage().id, { stored })).toBeUndefined();
      });
    });

    describe('listOfChat over chats that became one', () => {
      it('shows each message once, in order, page by page, while more arrive', async () => {
        const workspaceId = derivedId('wsp', NOW, 'one chat', String(made++));
        const peers = ['+4915100000001', '100@lid'] as const;
        const idOf = (peer: string) => chatIdOf(workspaceId, SESSION, peer);
        let second = 0;
        const arrive = async (peer: string) => {
          second += 1;
          const id = messageIdOf(workspaceId, peer, NOW + second * 1_000, String(second));
          const batch = { sequence: `0000000001-${String(second).padStart(10, '0')}`, fencingToken: 1 };
          await messages.insertInbound(batch, [aReceivedMessage({ id, workspaceId, sessionId: SESSION, peer, chatId: idOf(peer), text: `${second}` })]);
        };
        for (let i = 0; i < 9; i++) await arrive(peers[i % 3 === 0 ? 1 : 0] ?? '');
        for (const limit of [1, 2, 4]) {
          const before = second;
          const texts: (string | null)[] = [];
          let cursor: string | undefined;
          do {
            const page = await messages.listOfChat(workspaceId, idOf(peers[0]), { limit, cursor }, [idOf(peers[1])]);
            texts.push(...page.items.map(({ text }) => text));
            cursor = page.cursor;
            await arrive(peers[second % 2] ?? '');
          } while (cursor !== undefined);
          expect(texts).toEqual(Array.from({ length: before }, (_, i) => String(before - i)));
        }
      });
    });

    describe('listOfChat', () => {
      it('pages newest first through one chat only', async () => {
        const [sessionId, other] = [derivedId('ses', NOW, 'paged'), derivedId('ses', NOW, 'not paged')];
        const peer = '+4915100001';
        const made = Array.from({ length: 5 }, (_, i) =>
          anOutboundMessage({ sessionId, peer, queuedAt: NOW + i }));
        await harness.outbox.insertMany([...made, anOutboundMessage({ sessionId: other, peer })]);
        const chatId = chatIdOf(WORKSPACE, sessionId, peer);
        const first = await messages.listOfChat(WORKSPACE, chatId, { limit: 3 });
        const second = await messages.listOfChat(WORKSPACE, chatId, { limit: 3, cursor: first.cursor });
        expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(made.map(({ id }) => id).toReversed());
        expect(first.items).toHaveLength(3);
        expect(second.cursor).toBeUndefined();
      });

      it('ends with the page that holds the last message', async () => {
        const { chatId } = await queued({ peer: '+4915100002' });
        const page = await messages.listOfChat(WORKSPACE, chatId, { limit: 1 });
        expect([page.items.length, page.cursor]).toEqual([1, undefined]);
        expect((await messages.listOfChat(OTHER_WORKSPACE, chatId, { limit: 1 })).items).toEqual([]);
      });
    });
  });
}
