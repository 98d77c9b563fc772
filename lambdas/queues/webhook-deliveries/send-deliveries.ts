import pLimit from 'p-limit';
import { eventBody } from '../../../shared/domain/webhooks/event-body.ts';
import { resultOf } from '../../../shared/domain/webhooks/retry-policy.ts';
import type { Delivery, Webhook } from '../../../shared/domain/webhooks/webhooks.ts';
import type { DeliverDeps } from './deliver-deps.ts';
import type { Run } from './run.ts';
import { signWebhook } from './sign-webhook.ts';

/** A job may come this much before its time: queues count whole seconds. */
const EARLY_MS = 1_500;
const LANE_PAGE = 25;
/** How long after the event it waits for a parked one is looked at in any case. */
const PARKED_LONGER_MS = 300_000;

/** Tries what is due among these. In ordered mode a chat's deliveries go out one after the other, others side by side. */
export async function sendDeliveries(deps: DeliverDeps, run: Run, webhook: Webhook, deliveries: readonly Delivery[]): Promise<void> {
  const limit = pLimit(run.atOnce);
  const pending = deliveries.filter(({ status }) => status === 'pending');
  const free = pending.filter((delivery) => !delivery.isOrdered && isDue(deps, delivery));
  const lanes = Map.groupBy(pending.filter(({ isOrdered }) => isOrdered), ({ event }) => event.chatId ?? '');
  await Promise.all([
    ...free.map((delivery) => limit(() => attempt(deps, run, webhook, delivery))),
    ...[...lanes].map(([chatId, named]) => limit(() => sendLane(deps, run, webhook, chatId, named))),
  ]);
}

const isDue = ({ clock }: DeliverDeps, { nextAttemptAt }: Delivery): boolean => (nextAttemptAt ?? 0) <= clock.now() + EARLY_MS;

/** Sends a chat's deliveries from the first on, whichever of them were named, until one has to wait. */
async function sendLane(deps: DeliverDeps, run: Run, webhook: Webhook, chatId: string, named: readonly Delivery[]): Promise<void> {
  let lane = await deps.deliveries.listLane(webhook.id, chatId, LANE_PAGE);
  while (lane.length > 0) {
    const waiting = await firstWaiting(deps, run, webhook, lane);
    if (waiting) return park(deps, [...lane, ...named], waiting);
    lane = await deps.deliveries.listLane(webhook.id, chatId, LANE_PAGE, lane.at(-1));
  }
}

/** The delivery the rest has to wait for, as it is now; `undefined`: all went through, delivered or given up. */
async function firstWaiting(deps: DeliverDeps, run: Run, webhook: Webhook, lane: readonly Delivery[]): Promise<Delivery | undefined> {
  for (const delivery of lane) {
    if (!delivery.isParked && !isDue(deps, delivery)) return delivery;
    const tried = await attempt(deps, run, webhook, delivery);
    if (tried) return tried;
  }
  return undefined;
}

/** Takes those that are due, and could not go, off the list of due ones until some time after the one they wait for. */
async function park({ deliveries, clock }: DeliverDeps, chat: readonly Delivery[], { id, nextAttemptAt }: Delivery): Promise<void> {
  if ((nextAttemptAt ?? 0) <= clock.now() + EARLY_MS) return; // it goes next, and they after it
  const behind = new Map(chat.filter((one) => one.id !== id && (one.nextAttemptAt ?? 0) <= (nextAttemptAt ?? 0)).map((one) => [one.id, one]));
  const change = { status: 'pending', isParked: true, nextAttemptAt: (nextAttemptAt ?? 0) + PARKED_LONGER_MS } as const;
  await Promise.all([...behind.values()].map((one) => deliveries.record(one, { ...change, attempts: one.attempts })));
}

/** Returns the delivery as it is now if it is still pending; others of its chat have to wait for it. */
async function attempt(deps: DeliverDeps, run: Run, webhook: Webhook, delivery: Delivery): Promise<Delivery | undefined> {
  if (!run.mayStart()) {
    run.left.add(delivery.id);
    return delivery;
  }
  const startedAt = deps.clock.now();
  const body = eventBody(delivery.event);
  const sent = await deps.send(webhook.url, signWebhook(webhook, delivery.event.id, body, startedAt), body);
  run.note(sent);
  const now = deps.clock.now();
  const change = { ...resultOf(delivery, sent, now, deps.random), url: webhook.url, durationMs: now - startedAt };
  const isOurs = await deps.deliveries.record(delivery, change); // if not, another copy of this job was quicker
  if (isOurs && change.status !== 'pending') return undefined;
  if (isOurs) run.again.set(delivery.id, (change.nextAttemptAt ?? now) - now);
  return { ...delivery, ...change };
}
