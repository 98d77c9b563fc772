import { describe, expect, it } from '@jest/globals';
import { fleetMetrics } from '../../../fleet/observability/fleet-metrics.ts';
import { ClaimQueue } from '../../../fleet/sessions/claim-queue.ts';
import { InFlight } from '../../../fleet/sessions/in-flight.ts';
import type { MessageSender } from '../../../fleet/sessions/message-sender.ts';
import { OutboxDrain } from '../../../fleet/sessions/outbox-drain.ts';
import { until } from '../../../local/client/until.ts';
import type { OutboundMessage } from '../../../shared/domain/outbox/outbound-message.ts';
import type { Outbox } from '../../../shared/domain/outbox/outbox.ts';
import { anOutboundMessage } from '../../support/builders/outbound-message.ts';
import { anId } from '../../support/builders/session.ts';
import { aRateLimiter } from '../../support/fakes/a-rate-limiter.ts';
import { FakeWhatsAppClient } from '../../support/fakes/fake-whatsapp-client.ts';
import { memoryMessageTable } from '../../support/fakes/memory-message-table.ts';
import { memoryOutbox } from '../../support/fakes/memory-outbox.ts';
import { silentLog } from '../../support/fakes/silent-log.ts';

it('comes back to messages that a claim left out (I1)', async () => {
  const sessionId = anId('ses');
  const table = memoryMessageTable();
  table.fencingTokens.set(sessionId, 1);
  const outbox = memoryOutbox(table);
  const messages = [anOutboundMessage({ sessionId }), anOutboundMessage({ sessionId })];
  await outbox.insertMany(messages);
  const oneAtATime: Pick<Outbox, 'listDue' | 'listLanes' | 'claim' | 'postpone'> = {
    postpone: outbox.postpone,
    listDue: outbox.listDue,
    listLanes: outbox.listLanes,
    claim: (request) => outbox.claim({ ...request, messages: request.messages.slice(0, 1) }), // as when a transaction was full
  };
  const queue = new ClaimQueue({ sessionId, fencingToken: 1, outbox: oneAtATime, limiter: aRateLimiter(sessionId), profile: () => 'unlimited', metrics: fleetMetrics() });

  const claims = [await queue.next(), await queue.next(), await queue.next()];
  expect(claims.map((claim) => (claim.kind === 'claimed' ? claim.messages.length : claim.kind))).toEqual([1, 1, 'idle']);
});

it('tells what its looks found and how many claims it made, without reads of their own', async () => {
  const sessionId = anId('ses');
  const campaignId = anId('cmp');
  const table = memoryMessageTable();
  table.fencingTokens.set(sessionId, 1);
  const outbox = memoryOutbox(table);
  await outbox.openLane({ sessionId, campaignId });
  await outbox.insertMany([anOutboundMessage({ sessionId }), anOutboundMessage({ sessionId }), anOutboundMessage({ sessionId, campaignId })]);
  const metrics = fleetMetrics();
  const valuesOf = async (name: string) => (await metrics.registry.getSingleMetric(name)?.get())?.values ?? [];
  const depths = async () => (await valuesOf('blazz_outbox_depth')).map(({ value }) => value);
  const queue = new ClaimQueue({ sessionId, fencingToken: 1, outbox, limiter: aRateLimiter(sessionId), metrics, profile: () => 'unlimited' });

  await queue.next();
  expect(await depths()).toEqual([2, 0]); // the campaign's turn has not come
  await queue.next(); // its campaign does not run, so its lane is left alone
  expect(await depths()).toEqual([0, 0]);
  expect(await valuesOf('blazz_outbox_claim_seconds')).toContainEqual(expect.objectContaining({ metricName: 'blazz_outbox_claim_seconds_count', value: 2 }));
});

describe('what is done to a message that is there', () => {
  const sessionId = anId('ses');
  const action = anOutboundMessage({ sessionId, content: { type: 'edit', text: 'Better', edit: { messageId: 'msg_x' } } });
  const message = anOutboundMessage({ sessionId });

  it('does not wait for whom it is to, as new messages may have to', async () => {
    const table = memoryMessageTable();
    table.fencingTokens.set(sessionId, 1);
    const outbox = memoryOutbox(table);
    await outbox.insertMany([action, message]);
    const later = Date.now() + 60_000;
    const limiter = { waitMs: async () => 0, campaignsWaitMs: async () => 0, admit: async (_: unknown, messages: readonly OutboundMessage[]) => ({ now: [], later: messages.map((each) => ({ message: each, dueAt: later })) }) };
    const queue = new ClaimQueue({ sessionId, fencingToken: 1, outbox, limiter, metrics: fleetMetrics(), profile: () => 'default' });
    expect(await queue.next()).toMatchObject({ kind: 'claimed', messages: [{ id: action.id }] });
    const rows = [action, message].map(({ id }) => table.rows.get(id));
    expect(rows).toMatchObject([{ status: 'sending', dueAt: action.dueAt }, { status: 'queued', dueAt: later }]);
  });

  it('is not counted as one more message to them', async () => {
    const claims = [[action], [message]];
    const counted: string[] = [];
    const sent: string[] = [];
    const drain = new OutboxDrain({
      sessionId,
      profile: () => 'default',
      queue: { next: async () => (claims.length > 0 ? { kind: 'claimed', messages: claims.shift() } : { kind: 'idle' }), forgetLanes: () => undefined } as unknown as ClaimQueue,
      sender: { send: async (messages: readonly OutboundMessage[]) => (sent.push(...messages.map(({ id }) => id)), { notSent: [], unknown: [] }) } as unknown as MessageSender,
      limiter: { count: async (_, peer) => void counted.push(`${peer} after ${sent.length}`) },
      client: new FakeWhatsAppClient(),
      outbox: memoryOutbox(memoryMessageTable()),
      inFlight: new InFlight(),
      inDoubt: { resolve: async () => ({ toSend: [], askAgainMs: undefined }) },
      onFenced: () => undefined,
      onOverdue: () => undefined,
      onStalled: () => undefined,
      metrics: fleetMetrics(),
      log: silentLog,
    });
    drain.start();
    await until(async () => sent.length === 2, { what: 'both', timeoutMs: 5_000, everyMs: 5 });
    await drain.stop();
    expect(counted).toEqual([`${message.peer} after 1`]);
  });
});
