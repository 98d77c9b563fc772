import type { WebhookDeliveryJob } from '../../../shared/contracts/jobs.ts';
import type { Clock } from '../../../shared/domain/clock.ts';
import type { EnqueueJobs } from '../../../shared/domain/job-queue.ts';
import type { PublishEvents } from '../../../shared/domain/webhooks/publish-events.ts';
import type { SendWebhook } from '../../../shared/domain/webhooks/webhook-sender.ts';
import type { WebhookWork } from '../../../shared/domain/webhooks/webhook-work.ts';
import type { Deliveries, Webhooks } from '../../../shared/domain/webhooks/webhooks.ts';

export interface DeliverDeps {
  readonly webhooks: Pick<Webhooks, 'get' | 'disable'>;
  readonly deliveries: Pick<Deliveries, 'getMany' | 'list' | 'listDue' | 'listLane' | 'nextDueAt' | 'record'>;
  readonly work: WebhookWork;
  readonly send: SendWebhook;
  readonly enqueue: EnqueueJobs<WebhookDeliveryJob>;
  readonly publish: PublishEvents;
  readonly clock: Clock;
  readonly random: () => number; // in [0, 1)
}

/** What the jobs of one webhook in one batch come to. */
export interface Task {
  readonly workspaceId: string;
  readonly webhookId: string;
  readonly deliveryIds: readonly string[];
  /** Before when whatever is due is looked for, too, Unix ms. */
  readonly sweepBefore: number | undefined;
}
