import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { BusinessNumber } from '../../../local/client/meta-client.ts';
import { until } from '../../../local/client/until.ts';
import { graphClient } from '../../../shared/adapters/meta/graph-client.ts';
import type { OutboundMessage } from '../../../shared/domain/outbox/outbound-message.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';
import { aCampaign } from '../../support/builders/campaign.ts';
import { WORKSPACE } from '../../support/builders/outbound-message.ts';
import { startSenderWorld, type SenderWorld } from './sender-world.ts';

const ADA = '+4915300000001';
const HOUR_MS = 3_600_000;
let world: SenderWorld;
let session: Session;
let shop: BusinessNumber;

beforeAll(async () => {
  world = await startSenderWorld();
  await world.meta.customer(ADA);
});
afterAll(() => world.stop());
beforeEach(async () => {
  ({ session, shop } = await world.number());
  await world.meta.write(ADA, shop.phoneNumber, { text: 'Hello' });
  world.jobs.length = 0;
  world.batches.length = 0;
});

const said = async () => (await world.meta.received(ADA)).filter(({ from }) => from === shop.phoneNumberId).map(({ text }) => text);
const shown = ({ id }: OutboundMessage) => world.messages.get(WORKSPACE, id);
const withText = (text: string, change: Partial<OutboundMessage> = {}) => world.queued(session, { peer: ADA, content: { type: 'text', text }, ...change });
const connected = async () => (await world.sessions.get(WORKSPACE, session.id)).status;

describe('the sender of numbers on the Cloud API', () => {
  it('sends what is due, to one person in order, and tells Meta’s id', async () => {
    const messages = [await withText('one'), await withText('two'), await withText('three')];
    await world.run(session);
    expect(await said()).toEqual(['one', 'two', 'three']);
    expect(await Promise.all(messages.map(world.status))).toEqual(['sent', 'sent', 'sent']);
    expect((await shown(messages[0] as OutboundMessage)).wireId).toMatch(/^wamid\./);
  });

  it('finds the message a customer reacts to by Meta’s id for it', async () => {
    const message = await withText('nice?');
    await world.run(session);
    const { wireId } = await shown(message);
    await world.reported(session, { type: 'message.reaction', at: new Date().toISOString(), peer: ADA, wireId: wireId ?? '', author: ADA, emoji: '👍' });
    expect(await shown(message)).toMatchObject({ reactions: [{ emoji: '👍', author: ADA }] });
    expect(world.published.filter(({ type }) => type === 'message.reaction')).toMatchObject([{ data: { messageId: message.id } }]);
  });

  it('I2: of many runs at once each message leaves once', async () => {
    const messages = await Promise.all(Array.from({ length: 30 }, (_, i) => withText(`m${i}`)));
    await Promise.all(Array.from({ length: 6 }, () => world.sender()(session.id)));
    await world.consume();
    expect(await Promise.all(messages.map(world.copies))).toEqual(messages.map(() => 1));
  });

  it('sees what was queued while another run was about to end', async () => {
    await withText('before');
    const lease = await world.leases.acquire(session.id, 60_000);
    await world.sender()(session.id); // cannot have the lease, and asks for a look
    if (!lease) throw new Error('no lease');
    expect(await world.leases.release(lease)).toMatchObject({ outcome: 'look-again' });
  });

  it.each(['lost_answer', 'garbage', 'hang'] as const)('I2: holds a message as unknown after %s, and never sends it again', async (kind) => {
    await world.meta.fault(shop.phoneNumberId, { kind });
    const message = await withText('once');
    await world.run(session);
    expect(await world.status(message)).toBe('unknown');
    world.pass(HOUR_MS);
    await world.run(session);
    expect(await world.copies(message)).toBe(kind === 'lost_answer' ? 1 : 0);
    expect(await shown(message)).toMatchObject({ status: 'unknown', failure: null });
  });

  it('takes the status webhook’s word for a message of unknown fate', async () => {
    await world.meta.fault(shop.phoneNumberId, { kind: 'lost_answer' });
    const message = await withText('found');
    await world.run(session);
    await world.reported(session, { type: 'message.ack', at: new Date().toISOString(), messageId: message.id, ack: 'delivered' });
    expect(await world.status(message)).toBe('delivered');
  });

  it('I2: a sender that was killed between Meta’s answer and its own word is not repeated', async () => {
    const message = await withText('killed');
    const client = graphClient({ baseUrl: world.service.graph, timeoutMs: 500 });
    const dies = { ...client, sendMessage: (...args: Parameters<typeof client.sendMessage>) => client.sendMessage(...args).then(() => new Promise<never>(() => {})) };
    void world.sender(dies)(session.id); // hangs for ever, as a function that is stopped
    await until(async () => (await world.copies(message)) === 1, { what: 'the message at the phone' });
    world.pass(130_000); // its lease has run out
    await world.run(session);
    expect(await world.status(message)).toBe('unknown');
    expect(await world.copies(message)).toBe(1);
  });

  it('gives up on a message nothing was heard of for a day', async () => {
    await world.meta.fault(shop.phoneNumberId, { kind: 'garbage' });
    const message = await withText('lost');
    await world.run(session);
    world.pass(25 * HOUR_MS);
    await world.run(session);
    expect(await shown(message)).toMatchObject({ status: 'failed', failure: { code: 'outcome_unknown' } });
  });

  it.each([
    [131026, 'undeliverable'], [131047, 'window_closed'], [131049, 'marketing_limit'], [131053, 'media_rejected'], [131048, 'spam_limit'],
  ])('fails with a code of ours for Meta’s %i', async (code, ours) => {
    await world.meta.fault(shop.phoneNumberId, { kind: 'error', code });
    const message = await withText('no');
    await world.run(session);
    expect(await shown(message)).toMatchObject({ status: 'failed', failure: { code: ours, detail: expect.stringContaining(String(code)) } });
    expect(await connected()).toBe('connected');
  });

  it.each([130429, 131056, 131016])('waits and sends once after %i', async (code) => {
    await world.meta.fault(shop.phoneNumberId, { kind: 'error', code });
    const messages = [await withText(`first after ${code}`), await withText(`second after ${code}`)];
    await world.run(session);
    for (let round = 0; round < 4; round++) {
      world.pass(10_000);
      await world.run(session);
    }
    expect(await Promise.all(messages.map(world.status))).toEqual(['sent', 'sent']);
    expect(await said()).toEqual([`first after ${code}`, `second after ${code}`]);
  });

  it('comes back by itself when the wait is over', async () => {
    await world.meta.fault(shop.phoneNumberId, { kind: 'error', code: 131016 });
    await withText('later');
    await world.run(session);
    expect(world.jobs).toEqual([{ job: { v: 1, kind: 'send', sessionId: session.id }, delaySeconds: expect.any(Number) }]);
    expect(world.jobs[0]?.delaySeconds).toBeGreaterThan(0);
  });

  it('asks for a person when the number itself is refused, keeps the rest, and goes on once it is put right', async () => {
    await world.meta.fault(shop.phoneNumberId, { kind: 'error', code: 190 });
    const refused = await withText('refused');
    await world.run(session);
    expect(await shown(refused)).toMatchObject({ status: 'failed', failure: { code: 'credentials_invalid' } });
    expect(await connected()).toBe('action_required');
    const waiting = [await withText('waits'), await withText('waits too')];
    await world.run(session);
    expect(await Promise.all(waiting.map(world.status))).toEqual(['queued', 'queued']);
    world.pass(16 * 60_000);
    await world.run(session);
    expect(await Promise.all(waiting.map(world.status))).toEqual(['sent', 'sent']);
    expect(await connected()).toBe('connected');
  });

  it('writes to one person 45 times at once and then every 6 seconds', async () => {
    const messages: OutboundMessage[] = [];
    for (let i = 0; i < 48; i++) messages.push(await withText(`burst ${i}`));
    await world.run(session);
    expect((await Promise.all(messages.map(world.status))).filter((status) => status === 'sent')).toHaveLength(45);
    const waits = (await world.outbox.listDue({ sessionId: session.id, campaignId: null }, world.clock.now() + HOUR_MS, 10)).map(({ dueAt }) => dueAt - world.clock.now());
    expect(waits.map((ms) => Math.round(ms / 6_000))).toEqual([1, 2, 3]);
  });

  it('answers a message by Meta’s id for it, and tells what it cannot do', async () => {
    const first = await withText('question');
    await world.run(session);
    await withText('answer', { replyTo: first.id });
    const poll = await world.queued(session, { peer: ADA, content: { type: 'poll', poll: { question: 'A?', options: ['a', 'b'], multiple: false } } });
    await world.run(session);
    const { wireId } = await shown(first);
    expect((await world.meta.received(ADA)).find(({ text }) => text === 'answer')).toMatchObject({ context: wireId });
    expect(await shown(poll)).toMatchObject({ status: 'failed', failure: { code: 'unsupported_by_provider' } });
  });
});

describe('campaigns over such a number', () => {
  const people = Array.from({ length: 6 }, (_, i) => `+49154000000${i}0`);

  async function running(): Promise<{ readonly id: string; readonly messages: readonly OutboundMessage[] }> {
    const campaign = aCampaign({ status: 'running', sessionIds: [session.id], startedAt: world.clock.now(), total: people.length });
    await world.campaigns.insert(campaign);
    await world.outbox.openLane({ sessionId: session.id, campaignId: campaign.id });
    const messages: OutboundMessage[] = [];
    for (const peer of people) {
      await world.meta.customer(peer);
      await world.meta.write(peer, shop.phoneNumber, { text: 'Hi' });
      messages.push(await world.queued(session, { peer, campaignId: campaign.id, priority: 'default' }));
    }
    return { id: campaign.id, messages };
  }

  it('I5: count each message once, those that were given back and those of unknown fate too', async () => {
    const { id, messages } = await running();
    await world.meta.fault(shop.phoneNumberId, { kind: 'error', code: 131016 });
    await world.meta.fault(shop.phoneNumberId, { kind: 'lost_answer' });
    await world.meta.fault(shop.phoneNumberId, { kind: 'error', code: 131026 });
    await world.run(session);
    expect(await world.campaigns.counts(id)).toMatchObject({ sending: 1, sent: 3, failed: 1 });
    expect((await Promise.all(messages.map(world.status))).toSorted()).toEqual(['failed', 'queued', 'sent', 'sent', 'sent', 'unknown']);
    world.pass(60_000);
    await world.run(session);
    expect(await world.campaigns.counts(id)).toMatchObject({ sending: 1, sent: 4, failed: 1 });
  });

  it('go on when the wait of one that was given back is over, though somebody else asked for a look meanwhile', async () => {
    const { messages } = await running();
    await world.meta.fault(shop.phoneNumberId, { kind: 'error', code: 131016 });
    await Promise.all([world.run(session), world.run(session), world.run(session)]);
    await world.consume();
    expect(await Promise.all(messages.map(world.status))).toContain('queued');
    expect(world.jobs.map(({ delaySeconds }) => Math.ceil(delaySeconds))).toEqual([5]);
  });

  it('leave the messages of a paused one where they are', async () => {
    const { id, messages } = await running();
    await world.campaigns.transition(WORKSPACE, id, ['running'], 'paused', {});
    await world.run(session);
    expect(new Set(await Promise.all(messages.map(world.status)))).toEqual(new Set(['queued']));
  });
});
