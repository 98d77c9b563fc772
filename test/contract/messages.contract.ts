import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Messages, StatusChange } from '../../shared/domain/outbox/messages.ts';
import type { OutboundMessage } from '../../shared/domain/outbox/outbound-message.ts';
import type { Outbox } from '../../shared/domain/outbox/outbox.ts';
import { derivedId } from '../../shared/identity/derived-id.ts';
import { chatIdOf } from '../../shared/identity/chat-identity.ts';
import { messageIdOf } from '../../shared/identity/message-identity.ts';
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
