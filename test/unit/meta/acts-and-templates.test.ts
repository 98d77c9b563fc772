import { describe, expect, it } from '@jest/globals';
import { makeActInChat } from '../../../lambdas/queues/meta-sends/act-in-chat.ts';
import { plainContent, mediaContent } from '../../../lambdas/queues/meta-sends/graph-content.ts';
import { providerCalls } from '../../../shared/adapters/nudge/provider-calls.ts';
import type { MetaSendJob } from '../../../shared/contracts/jobs.ts';
import type { Graph } from '../../../shared/domain/meta/graph.ts';
import { makeRequireSendable } from '../../../shared/domain/meta/require-sendable.ts';
import { makeRequireTemplate } from '../../../shared/domain/meta/sendable-templates.ts';
import { templateContent, templateFault } from '../../../shared/domain/meta/template-content.ts';
import { templateNotFound } from '../../../shared/domain/errors.ts';
import type { MessageOrder } from '../../../shared/domain/outbox/queue-message.ts';
import type { Template } from '../../../shared/domain/templates/templates.ts';
import { chatIdOf } from '../../../shared/identity/chat-identity.ts';
import { aSession } from '../../support/builders/session.ts';
import { memoryMessageTable, queuedRow } from '../../support/fakes/memory-message-table.ts';
import { memoryMessages } from '../../support/fakes/memory-messages.ts';
import { anOutboundMessage } from '../../support/builders/outbound-message.ts';

const NOW = Date.UTC(2026, 5, 1, 12);
const HOUR_MS = 3_600_000;
const ADA = '+4915300000001';
const number = aSession({ provider: 'meta', status: 'connected', meta: { phoneNumberId: '1', businessAccountId: 'waba' }, createdAt: '2026-01-01T00:00:00.000Z' });
const template: Template = {
  id: 'tpl_1', workspaceId: number.workspaceId, businessAccountId: 'waba', metaId: '9', name: 'order', language: 'en', category: 'UTILITY', status: 'approved',
  rejectedReason: null, parameterFormat: 'NAMED', createdAt: NOW, updatedAt: NOW,
  components: [{ type: 'HEADER', format: 'TEXT', text: 'For {{name}}' }, { type: 'BODY', text: 'Order {{order}} of {{name}} is here' }],
};

describe('whoever sends for a session', () => {
  const setUp = (isQueueDown = false) => {
    const [nudged, jobs]: [string[], MetaSendJob[]] = [[], []];
    const fleet = { nudge: async ({ id }: { id: string }) => void nudged.push(id), command: async () => false, checkNumbers: async () => [] };
    const enqueue = async (some: readonly MetaSendJob[]) => {
      if (isQueueDown) throw new Error('no queue');
      jobs.push(...some);
    };
    return { nudged, jobs, calls: providerCalls(fleet, enqueue) };
  };

  it('is its instance, or the sender behind the queue', async () => {
    const { nudged, jobs, calls } = setUp();
    const web = aSession();
    await calls.nudge(web, 'outbox');
    await calls.nudge(number, 'outbox');
    await calls.nudge(number, 'session'); // nobody runs it
    expect([nudged, jobs]).toEqual([[web.id], [{ v: 1, kind: 'send', sessionId: number.id }]]);
    expect(await calls.command(web, { command: 'mark-read', peer: ADA })).toBe(false);
    expect(await calls.command(number, { command: 'mark-read', peer: ADA })).toBe(true);
    expect(await calls.command(number, { command: 'typing', peer: ADA, isTyping: false })).toBe(true);
    expect(jobs.at(-1)).toEqual({ v: 1, kind: 'mark-read', workspaceId: number.workspaceId, sessionId: number.id, peer: ADA });
  });

  it('makes few jobs of many messages at once, and is only a hint', async () => {
    const { jobs, calls } = setUp();
    await Promise.all(Array.from({ length: 50 }, () => calls.nudge(number, 'outbox')));
    expect(jobs.length).toBeLessThanOrEqual(2);
    await expect(setUp(true).calls.nudge(number, 'outbox')).resolves.toBeUndefined();
    expect(await setUp(true).calls.command(number, { command: 'mark-read', peer: ADA })).toBe(false);
  });
});

describe('acting in a chat', () => {
  const act = async (answer: Awaited<ReturnType<Graph['markRead']>>, kind: 'mark-read' | 'typing' = 'mark-read') => {
    const table = memoryMessageTable();
    const row = queuedRow(anOutboundMessage({ workspaceId: number.workspaceId, sessionId: number.id, peer: ADA }));
    table.rows.set('msg_in', { ...row, id: 'msg_in', chatId: chatIdOf(number.workspaceId, number.id, ADA), direction: 'inbound', status: 'received', content: null, wireId: 'wamid.in' });
    const marked: unknown[] = [];
    const graph = { markRead: async (_: unknown, wamid: string, options: unknown) => (marked.push(wamid, options), answer) };
    const accounts = { get: async () => ({ phoneNumberId: '1', businessAccountId: 'waba', accessToken: 'secret' }) };
    const actInChat = makeActInChat({ graph, accounts, messages: memoryMessages(table) });
    await actInChat({ v: 1, kind, workspaceId: number.workspaceId, sessionId: number.id, peer: ADA });
    return marked;
  };

  it('names the last message that came in', async () => {
    expect(await act({ outcome: 'ok', value: null })).toEqual(['wamid.in', { typing: false }]);
    expect(await act({ outcome: 'ok', value: null }, 'typing')).toEqual(['wamid.in', { typing: true }]);
  });

  it('tries a read receipt again when Meta is not there, and neither what it refuses nor typing', async () => {
    await expect(act({ outcome: 'unreachable', reason: 'x' })).rejects.toMatchObject({ kind: 'unavailable' });
    await expect(act({ outcome: 'unreachable', reason: 'x' }, 'typing')).resolves.toHaveLength(2);
    await expect(act({ outcome: 'refused', status: 400, code: 100, subcode: null, message: '', retryAfter: null })).resolves.toHaveLength(2);
  });
});

describe('content in Meta’s words', () => {
  it('is each type’s own', () => {
    expect(plainContent({ type: 'text', text: 'Hi', linkPreview: false })).toEqual({ type: 'text', text: { body: 'Hi', preview_url: false } });
    expect(mediaContent({ type: 'voice', media: { url: 'https://x.test/a.ogg' } }, { link: 'https://x.test/a.ogg' })).toEqual({ type: 'audio', audio: { link: 'https://x.test/a.ogg', voice: true } });
    expect(mediaContent({ type: 'document', media: { url: 'https://x.test/a', filename: 'a.pdf' }, text: 'See' }, { id: '7' })).toEqual({ type: 'document', document: { id: '7', caption: 'See', filename: 'a.pdf' } });
  });

  it('fills in named placeholders by name', () => {
    expect(templateContent(template, { name: 'Ada', order: '4711' })).toEqual({
      type: 'template',
      template: {
        name: 'order',
        language: { code: 'en' },
        components: [
          { type: 'header', parameters: [{ type: 'text', text: 'Ada', parameter_name: 'name' }] },
          { type: 'body', parameters: [{ type: 'text', text: '4711', parameter_name: 'order' }, { type: 'text', text: 'Ada', parameter_name: 'name' }] },
        ],
      },
    });
  });

  it('fills in numbered ones in their order, and the end of a button’s address', () => {
    const numbered: Template = { ...template, parameterFormat: 'POSITIONAL', components: [{ type: 'BODY', text: 'Order {{2}} of {{1}} is here' }] };
    const { template: filled } = templateContent(numbered, { 1: 'Ada', 2: '4711', button_0: 'track' });
    expect(filled.components).toEqual([
      { type: 'body', parameters: [{ type: 'text', text: 'Ada' }, { type: 'text', text: '4711' }] },
      { type: 'button', sub_type: 'url', index: '0', parameters: [{ type: 'text', text: 'track' }] },
    ]);
  });

  it.each([
    ['nothing', template, { name: 'Ada', order: '1' }, undefined],
    ['there is none', undefined, {}, 'template_not_found'],
    ['it is another account’s', { ...template, businessAccountId: 'other' }, {}, 'template_of_other_account'],
    ['it is not approved', { ...template, status: 'pending' }, {}, 'template_not_approved'],
    ['a value is missing', template, { name: 'Ada' }, 'template_variables'],
    ['there is one too many', template, { name: 'Ada', order: '1', more: 'x' }, 'template_variables'],
  ] as const)('is kept by a template’s fault: %s', (_, of, variables, code) => expect(templateFault(of, number, variables)?.code).toBe(code));
});

describe('what is refused at acceptance', () => {
  const order = (change: Partial<MessageOrder> = {}): MessageOrder => ({
    session: number, peer: ADA, content: { type: 'text', text: 'Hi' }, priority: 'critical', sendAt: undefined, replyTo: undefined, now: NOW, seed: 's', ...change,
  });
  const requireSendable = (lastReceivedAt: number) =>
    makeRequireSendable({
      chats: { lastReceivedAt: async () => [lastReceivedAt] },
      requireTemplate: makeRequireTemplate({ get: async (_, id) => (id === template.id ? template : Promise.reject(templateNotFound(id))) }),
    });
  const ofTemplate = (id: string, variables: Record<string, string> = { name: 'Ada', order: '1' }) => order({ content: { type: 'template', template: { id, variables } } });

  it.each([
    ['free text to somebody who wrote an hour ago', NOW - HOUR_MS, order(), undefined],
    ['free text to somebody who wrote the day before yesterday', NOW - 48 * HOUR_MS, order(), 'window_closed'],
    ['free text to somebody who never wrote', 0, order(), 'window_closed'],
    ['the same for later: they may write until then', 0, order({ sendAt: new Date(NOW + HOUR_MS).toISOString() }), undefined],
    ['the same from a number that was connected just now', 0, order({ session: { ...number, createdAt: new Date(NOW).toISOString() } }), undefined],
    ['the same through WhatsApp Web', 0, order({ session: aSession() }), undefined],
    ['a template to somebody who never wrote', 0, ofTemplate('tpl_1'), undefined],
    ['a template nobody has', 0, ofTemplate('tpl_2'), 'template_not_found'],
    ['a template without its values', 0, ofTemplate('tpl_1', {}), 'template_variables'],
  ] as const)('%s', async (_, lastReceivedAt, asked, code) => {
    const outcome = await requireSendable(lastReceivedAt)(asked).then(() => undefined, (error: { code: string; kind: string }) => error);
    expect(outcome?.code).toBe(code);
    if (outcome) expect(outcome.kind).toBe('invalid');
  });
});
