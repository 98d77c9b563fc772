import { describe, expect, it } from '@jest/globals';
import type { PublicEvent } from '../../../shared/contracts/public-event.ts';
import type { SendOutcome } from '../../../shared/domain/webhooks/webhook-sender.ts';
import { WORKSPACE } from '../../support/builders/outbound-message.ts';
import { anEvent, aWebhook } from '../../support/builders/webhook.ts';
import { answer, memoryPorts, webhookWorld } from '../../support/webhook-world.ts';

const NOW = Date.UTC(2026, 5, 1, 12);
const HOUR_MS = 3_600_000;
const OK = answer(200);

/** An endpoint in ordered mode and one that is not; `refuses` says what the first answers instead of OK. */
async function ordered(refuses: (event: PublicEvent, tries: number) => SendOutcome | undefined) {
  const got: PublicEvent[] = [];
  const elsewhere: PublicEvent[] = [];
  const tries = new Map<string, number>();
  const strict = aWebhook({ ordered: true, url: 'https://strict.example.com/' });
  const loose = aWebhook({ url: 'https://loose.example.com/' });
  const world = webhookWorld(memoryPorts(), async (url, _headers, body) => {
    const event = JSON.parse(body) as PublicEvent;
    if (url === loose.url) return elsewhere.push(event), OK;
    tries.set(event.id, (tries.get(event.id) ?? 0) + 1);
    const refusal = refuses(event, tries.get(event.id) ?? 0);
    if (!refusal) got.push(event);
    return refusal ?? OK;
  }, NOW);
  await world.webhooks.insert(strict);
  await world.webhooks.insert(loose);
  return { ...world, strict, got, elsewhere, tries };
}

const chat = (chatId: string, from: number, to: number): PublicEvent[] =>
  Array.from({ length: to - from + 1 }, (_, i) => anEvent({ chatId, sequence: from + i }));
const sequences = (events: readonly PublicEvent[], chatId: string) => events.filter((event) => event.chatId === chatId).map(({ sequence }) => sequence);

describe('ordered mode', () => {
  it('sends a chat’s events one after the other, however they were published', async () => {
    const { publish, settle, got } = await ordered(() => undefined);
    const events = chat('cht_a', 1, 60);
    await publish(WORKSPACE, events.toReversed());
    await settle();
    expect(sequences(got, 'cht_a')).toEqual(events.map(({ sequence }) => sequence));
  });

  it('has the next event wait for the one before; other chats and other webhooks go on (I7)', async () => {
    const { publish, settle, pass, got, elsewhere, tries } = await ordered(({ chatId, sequence }, tried) => (chatId === 'cht_a' && sequence === 2 && tried < 6 ? answer(500) : undefined));
    await publish(WORKSPACE, [...chat('cht_a', 1, 4), ...chat('cht_b', 1, 4)]);
    await settle();
    expect(sequences(got, 'cht_a')).toEqual([1]);
    expect(sequences(got, 'cht_b')).toEqual([1, 2, 3, 4]);
    expect(elsewhere).toHaveLength(8);
    await publish(WORKSPACE, chat('cht_a', 5, 40));
    await settle();
    expect(sequences(got, 'cht_a')).toEqual([1]);
    await pass(31_000); // 1 + 2 + 4 + 8 + 16 s
    expect(sequences(got, 'cht_a')).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    expect([...tries.values()].toSorted((a, b) => a - b).slice(-2)).toEqual([1, 6]); // nobody else was tried twice
  });

  it('goes on after an event that was given up', async () => {
    const { publish, settle, got } = await ordered(({ sequence }) => (sequence === 2 ? answer(400) : undefined));
    await publish(WORKSPACE, chat('cht_a', 1, 3));
    await settle();
    expect(sequences(got, 'cht_a')).toEqual([1, 3]);
  });

  it('goes on by itself when whoever delivered the event before died, and the queue lost the rest', async () => {
    const { publish, settle, pass, got, queue, strict, deliveries, clock } = await ordered(({ sequence }, tried) => (sequence === 1 && tried === 1 ? answer(500) : undefined));
    await publish(WORKSPACE, chat('cht_a', 1, 3));
    await settle();
    queue.length = 0;
    const [first] = await deliveries.listLane(strict.id, 'cht_a', 1);
    if (first) await deliveries.record(first, { status: 'delivered', attempts: 2, nextAttemptAt: null, lastAttemptAt: clock.now() });
    await pass(HOUR_MS / 6);
    expect(sequences(got, 'cht_a')).toEqual([2, 3]);
  });

  it('does not hold up what belongs to no chat', async () => {
    const { publish, settle, got } = await ordered(({ chatId }) => (chatId ? answer(500) : undefined));
    await publish(WORKSPACE, [...chat('cht_a', 1, 2), anEvent()]);
    await settle();
    expect(got).toHaveLength(1);
  });
});
