import { expect, it } from '@jest/globals';
import { fleetMetrics } from '../../../fleet/observability/fleet-metrics.ts';
import { ClaimQueue } from '../../../fleet/sessions/claim-queue.ts';
import type { Outbox } from '../../../shared/domain/outbox/outbox.ts';
import { anOutboundMessage } from '../../support/builders/outbound-message.ts';
import { anId } from '../../support/builders/session.ts';
import { aRateLimiter } from '../../support/fakes/a-rate-limiter.ts';
import { memoryMessageTable } from '../../support/fakes/memory-message-table.ts';
import { memoryOutbox } from '../../support/fakes/memory-outbox.ts';

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
