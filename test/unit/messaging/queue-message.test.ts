import { describe, expect, it } from '@jest/globals';
import type { MessageContent } from '../../../shared/contracts/message.ts';
import { makeAwaitSent } from '../../../shared/domain/outbox/await-sent.ts';
import { isTooLargeInline } from '../../../shared/domain/outbox/media-rules.ts';
import { messagePreview } from '../../../shared/domain/outbox/message-preview.ts';
import { makeQueueMessage, type MessageOrder } from '../../../shared/domain/outbox/queue-message.ts';
import { requireUsable } from '../../../shared/domain/outbox/usable-session.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';
import { chatIdOf } from '../../../shared/identity/chat-identity.ts';
import { messageIdOf } from '../../../shared/identity/message-identity.ts';
import { aSession } from '../../support/builders/session.ts';
import { memoryChats } from '../../support/fakes/memory-chats.ts';
import { memoryMessageTable, type MessageRow } from '../../support/fakes/memory-message-table.ts';
import { memoryMessages } from '../../support/fakes/memory-messages.ts';
import { memoryOutbox } from '../../support/fakes/memory-outbox.ts';

const NOW = Date.UTC(2026, 5, 1, 12);
const session = aSession();
const order = (change: Partial<MessageOrder> = {}): MessageOrder => ({
  session, peer: '+4915112345678', content: { type: 'text', text: 'Hello' }, priority: 'critical',
  sendAt: undefined, replyTo: undefined, now: NOW, seed: 'one', ...change,
});

function setUp() {
  const table = memoryMessageTable();
  const messages = memoryMessages(table);
  const nudged: string[] = [];
  const calls = { nudge: async ({ id }: { id: string }) => void nudged.push(id) };
  const isPublicUrl = (url: string) => url.startsWith('https://public');
  const chats = memoryChats(table);
  const queueMessage = makeQueueMessage({ outbox: memoryOutbox(table), messages, chats, calls, requireSendable: async () => undefined, isPublicUrl, attachMedia: async (_, content) => content, messageIdOf, chatIdOf });
  return { table, messages, chats, nudged, queueMessage };
}

describe('queueMessage', () => {
  it('shows what the history will show', async () => {
    const { queueMessage, messages } = setUp();
    const message = await queueMessage(order());
    expect(message).toEqual(await messages.get(session.workspaceId, message.id));
  });

  it('makes one message of an order that comes twice, and shows how far it is', async () => {
    const { queueMessage, table } = setUp();
    const { id } = await queueMessage(order());
    table.rows.set(id, { ...(table.rows.get(id) as MessageRow), status: 'sent' });
    expect(await queueMessage(order())).toMatchObject({ id, status: 'sent' });
    expect((await queueMessage(order({ seed: 'two' }))).id).not.toBe(id);
  });

  it('takes an answer to a message from before its chat became part of this one, and to none of another chat', async () => {
    const { queueMessage, chats } = setUp();
    const lid = '123@lid';
    const first = await queueMessage(order({ peer: lid }));
    const touch = { workspaceId: session.workspaceId, sessionId: session.id, at: NOW, preview: null, unread: 0, sequence: '1' };
    await chats.touch({ ...touch, peer: lid });
    await expect(queueMessage(order({ replyTo: first.id }))).rejects.toMatchObject({ fields: [{ path: 'replyTo' }] });
    await chats.mergeInto(session.workspaceId, lid, order().peer);
    expect(await queueMessage(order({ replyTo: first.id }))).toMatchObject({ replyTo: first.id });
    await expect(queueMessage(order({ peer: '+4915199999999', replyTo: first.id }))).rejects.toMatchObject({ fields: [{ path: 'replyTo' }] });
  });

  it('wakes the sender of what is due, even if the first try died before that', async () => {
    const { queueMessage, nudged } = setUp();
    await queueMessage(order({ sendAt: new Date(NOW + 1).toISOString() }));
    expect(nudged).toEqual([]);
    for (let i = 0; i < 2; i++) await queueMessage(order());
    expect(nudged).toEqual([session.id, session.id]);
  });

  it.each<{ path: string; change: Partial<MessageOrder> }>([
    { path: 'sendAt', change: { sendAt: new Date(NOW + 366 * 24 * 3_600_000).toISOString() } },
    { path: 'replyTo', change: { replyTo: 'msg_01J00000000000000000000000' } },
    { path: 'reaction.messageId', change: { content: { type: 'reaction', reaction: { messageId: '?', emoji: '' } } } },
    { path: 'media.url', change: { content: { type: 'image', media: { url: 'https://private' } } } },
    { path: 'poll.options.1', change: { content: { type: 'poll', poll: { question: '?', options: ['a', '\ud800'], multiple: false } } } },
  ])('refuses a wrong $path and queues nothing', async ({ path, change }) => {
    const { queueMessage, table } = setUp();
    await expect(queueMessage(order(change))).rejects.toMatchObject({ kind: 'invalid', fields: [{ path }] });
    expect(table.rows.size).toBe(0);
  });
});

describe('awaitSent', () => {
  it.each(['sent', 'delivered', 'read', 'failed'] as const)('ends with %s', async (status) => {
    const { queueMessage, messages, table } = setUp();
    const queued = await queueMessage(order());
    let pauses = 0;
    const pause = async () => {
      if (++pauses === 3) table.rows.set(queued.id, { ...(table.rows.get(queued.id) as MessageRow), status });
    };
    const awaitSent = makeAwaitSent({ messages, clock: { now: () => NOW + pauses }, pause });
    expect(await awaitSent(queued, 10)).toMatchObject({ status });
    expect(pauses).toBe(3);
  });

  it('gives the message as it is when the time is up, and at once when it is not to wait', async () => {
    const { queueMessage, messages } = setUp();
    const queued = await queueMessage(order());
    let now = NOW;
    const awaitSent = makeAwaitSent({ messages, clock: { now: () => now }, pause: async (ms) => void (now += ms) });
    expect(await awaitSent(queued, 0)).toBe(queued);
    expect([await awaitSent(queued, 2), now]).toEqual([queued, NOW + 2_000]);
  });
});

describe('requireUsable', () => {
  it.each<{ change: Partial<Session>; isUsable: boolean }>([
    { change: { status: 'connected' }, isUsable: true },
    { change: { status: 'disconnected' }, isUsable: true },
    { change: { status: 'failed', desired: 'stopped' }, isUsable: true },
    { change: { status: 'logged_out' }, isUsable: false },
    { change: { status: 'connected', desired: 'logged_out' }, isUsable: false },
    { change: { status: 'connected', desired: 'deleted' }, isUsable: false },
    { change: { status: 'deleted' }, isUsable: false },
  ])('$change: $isUsable', async ({ change, isUsable }) => {
    const attempt = Promise.resolve(aSession(change)).then(requireUsable);
    if (isUsable) await expect(attempt).resolves.toMatchObject(change);
    else await expect(attempt).rejects.toMatchObject({ kind: 'conflict', code: 'session_not_usable' });
  });
});

describe('media and previews', () => {
  const image = (bytes: number, text?: string): MessageContent =>
    ({ type: 'image', media: { base64: Buffer.alloc(bytes).toString('base64'), mimetype: 'image/png' }, ...(text && { text }) });
  it.each<{ what: string; content: MessageContent; isTooLarge: boolean }>([
    { what: '256 KB', content: image(256 * 1024), isTooLarge: false },
    { what: 'a little more', content: image(256 * 1024 + 3), isTooLarge: true },
    { what: '256 KB and a long caption', content: image(256 * 1024, '€'.repeat(20_000)), isTooLarge: true },
    { what: 'the longest text', content: { type: 'text', text: '€'.repeat(65_536) }, isTooLarge: false },
    { what: 'a URL', content: { type: 'image', media: { url: 'https://a.example' } }, isTooLarge: false },
  ])('$what inline is too large: $isTooLarge', ({ content, isTooLarge }) => {
    expect(isTooLargeInline(content)).toBe(isTooLarge);
  });

  it.each([
    { text: 'Hello\n  there', type: 'text', preview: 'Hello there' },
    { text: null, type: 'image', preview: '[image]' },
    { text: '  ', type: 'text', preview: '[text]' },
    { text: 'x'.repeat(101), type: 'text', preview: `${'x'.repeat(99)}…` },
    { text: '👍'.repeat(150), type: 'text', preview: `${'👍'.repeat(99)}…` },
    { text: '👍'.repeat(100), type: 'text', preview: '👍'.repeat(100) },
  ] as const)('previews $text as $preview', ({ text, type, preview }) => {
    expect(messagePreview({ text, type })).toBe(preview);
  });
});
