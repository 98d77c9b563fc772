import { makeDeliverWebhooks } from '../../lambdas/queues/webhook-deliveries/deliver-webhooks.ts';
import { requeueDeliveries } from '../../lambdas/schedules/requeue-work/requeue-deliveries.ts';
import type { WebhookDeliveryJob } from '../../shared/contracts/jobs.ts';
import { makePublishEvents } from '../../shared/domain/webhooks/publish-events.ts';
import type { SendOutcome, SendWebhook } from '../../shared/domain/webhooks/webhook-sender.ts';
import type { WebhookWork } from '../../shared/domain/webhooks/webhook-work.ts';
import type { Deliveries, Webhooks } from '../../shared/domain/webhooks/webhooks.ts';
import { deliveryIdOf } from '../../shared/identity/delivery-identity.ts';
import { memoryDeliveries } from './fakes/memory-deliveries.ts';
import { memoryWebhookWork } from './fakes/memory-webhook-work.ts';
import { memoryWebhooks } from './fakes/memory-webhooks.ts';

export interface WebhookPorts {
  readonly webhooks: Webhooks;
  readonly deliveries: Deliveries;
  readonly work: WebhookWork;
}

export function memoryPorts(): WebhookPorts {
  const work = memoryWebhookWork();
  return { webhooks: memoryWebhooks(), deliveries: memoryDeliveries(work), work };
}

export const answer = (status: number, more: { retryAfterSeconds?: number; excerpt?: string | null } = {}): SendOutcome =>
  ({ outcome: 'answered', status, retryAfterSeconds: undefined, excerpt: null, ...more });
export const SILENCE: SendOutcome = { outcome: 'unreachable', reason: 'no answer in time' };

interface Queued {
  readonly job: WebhookDeliveryJob;
  readonly visibleAt: number;
}
const MINUTE_MS = 60_000;

/**
 * Publisher, queue, consumer and schedule on a clock of their own, which `pass` moves on. `loses` says which job, by its
 * number, the queue forgets.
 */
export function webhookWorld(ports: WebhookPorts, send: SendWebhook, startMs: number, loses: (nth: number) => boolean = () => false) {
  let nowMs = startMs;
  let sent = 0;
  const clock = { now: () => nowMs };
  const queue: Queued[] = [];
  const enqueue = async (jobs: readonly WebhookDeliveryJob[], { delaySeconds = 0 } = {}) => {
    for (const job of jobs) if (!loses(++sent)) queue.push({ job, visibleAt: nowMs + Math.ceil(delaySeconds) * 1_000 });
  };
  const publish = makePublishEvents({ ...ports, enqueue, deliveryIdOf, clock });
  const deliver = makeDeliverWebhooks({ ...ports, send, enqueue, publish, clock, random: () => 0.5 });
  const requeue = () => requeueDeliveries({ webhookWork: ports.work, enqueueDeliveries: enqueue, clock });

  /** Hands what is visible to the consumer, until nothing is. */
  async function settle(): Promise<void> {
    for (;;) {
      const visible = queue.filter(({ visibleAt }) => visibleAt <= nowMs);
      if (visible.length === 0) return;
      queue.splice(0, queue.length, ...queue.filter((queued) => !visible.includes(queued)));
      const groups = Map.groupBy(visible.map(({ job }) => job), ({ webhookId }) => webhookId);
      await Promise.all([...groups.values()].map((jobs) => deliver(jobs)));
    }
  }

  /** Lets time pass: jobs come when their delay is over, the schedule runs each minute. */
  async function pass(ms: number): Promise<void> {
    const until = nowMs + ms;
    while (nowMs < until) {
      const nextMinute = (Math.floor(nowMs / MINUTE_MS) + 1) * MINUTE_MS;
      nowMs = Math.min(until, nextMinute, ...queue.map(({ visibleAt }) => visibleAt));
      if (nowMs === nextMinute) await requeue();
      await settle();
    }
  }

  return { ...ports, clock, queue, publish, deliver, requeue, settle, pass };
}
