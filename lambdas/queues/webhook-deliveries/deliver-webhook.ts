import type { WebhookDeliveryJob } from '../../../shared/contracts/jobs.ts';
import type { Clock } from '../../../shared/domain/clock.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import type { EnqueueJobs } from '../../../shared/domain/job-queue.ts';
import { isGone, resultOf } from '../../../shared/domain/webhooks/retry-policy.ts';
import type { SendOutcome, SendWebhook } from '../../../shared/domain/webhooks/webhook-sender.ts';
import type { Deliveries, Delivery, DeliveryResult, Webhook, Webhooks } from '../../../shared/domain/webhooks/webhooks.ts';
import { disableIfFailing } from './disable-if-failing.ts';
import { signWebhook } from './sign-webhook.ts';

export interface DeliverWebhookDeps {
  readonly webhooks: Pick<Webhooks, 'get' | 'update'>;
  readonly deliveries: Pick<Deliveries, 'get' | 'list' | 'record'>;
  readonly send: SendWebhook;
  readonly enqueue: EnqueueJobs<WebhookDeliveryJob>;
  readonly clock: Clock;
  readonly random: () => number; // in [0, 1)
}

/** A job may come this much before its time: queues count whole seconds. */
const EARLY_MS = 1_500;
/** Pauses up to this go through the queue, longer ones wait for the schedule `requeue-work`. */
const LONGEST_DELAY_MS = 900_000;

/**
 * Makes one attempt at a delivery and records what came of it. A failing target is an outcome, not an error: only our
 * own trouble is thrown, so that one endpoint never holds up the others.
 */
export const makeDeliverWebhook = (deps: DeliverWebhookDeps) =>
  async (job: WebhookDeliveryJob): Promise<void> => {
    const { deliveries, clock } = deps;
    const delivery = await deliveries.get(job.workspaceId, job.webhookId, job.deliveryId);
    if (delivery.status !== 'pending' || (delivery.nextAttemptAt ?? 0) > clock.now() + EARLY_MS) return;
    const webhook = await findWebhook(deps, delivery);
    if (!webhook?.enabled) return void (await deliveries.record(delivery, undeliverable(delivery, webhook)));
    const sent = await attempt(deps, webhook, delivery);
    const result = resultOf(delivery, sent, clock.now(), deps.random);
    if (!(await deliveries.record(delivery, result))) return; // another copy of this job was quicker
    await followUp(deps, webhook, job, delivery, sent, result);
  };

async function findWebhook({ webhooks }: DeliverWebhookDeps, { workspaceId, webhookId }: Delivery): Promise<Webhook | undefined> {
  try {
    return await webhooks.get(workspaceId, webhookId);
  } catch (error) {
    if (error instanceof DomainError && error.kind === 'not-found') return undefined;
    throw error;
  }
}

const undeliverable = (delivery: Delivery, webhook: Webhook | undefined): DeliveryResult => ({
  status: 'dead',
  attempts: delivery.attempts,
  nextAttemptAt: null,
  lastAttemptAt: delivery.lastAttemptAt,
  responseStatus: delivery.responseStatus,
  error: webhook ? 'the webhook is disabled' : 'the webhook was deleted',
});

async function attempt({ send, clock }: DeliverWebhookDeps, { url, secret }: Webhook, { event }: Delivery): Promise<SendOutcome> {
  const body = JSON.stringify(event);
  return send(url, signWebhook(secret, event.id, url, body, clock.now()), body);
}

async function followUp(
  deps: DeliverWebhookDeps,
  webhook: Webhook,
  job: WebhookDeliveryJob,
  delivery: Delivery,
  sent: SendOutcome,
  { status, nextAttemptAt, lastAttemptAt }: DeliveryResult,
): Promise<void> {
  const pauseMs = (nextAttemptAt ?? 0) - (lastAttemptAt ?? 0);
  if (status === 'pending' && pauseMs <= LONGEST_DELAY_MS) await deps.enqueue([job], { delaySeconds: pauseMs / 1_000 });
  if (status !== 'dead') return;
  const { id, workspaceId } = webhook;
  if (isGone(sent)) await deps.webhooks.update(workspaceId, id, { enabled: false, disabledReason: 'The endpoint answered 410 Gone.' });
  else await disableIfFailing(deps, webhook, delivery);
}
