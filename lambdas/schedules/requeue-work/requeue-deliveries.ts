import type { WebhookDeliveryJob } from '../../../shared/contracts/jobs.ts';
import type { Clock } from '../../../shared/domain/clock.ts';
import type { EnqueueJobs } from '../../../shared/domain/job-queue.ts';
import type { WebhookWork } from '../../../shared/domain/webhooks/webhook-work.ts';

export interface RequeueDeliveriesDeps {
  readonly webhookWork: Pick<WebhookWork, 'listDue'>;
  readonly enqueueDeliveries: EnqueueJobs<WebhookDeliveryJob>;
  readonly clock: Clock;
}

const WEBHOOKS_A_RUN = 1_000;
/** Longer than one attempt takes: what became due later than this is most likely on its queue, or being sent. */
const DELIVERY_GRACE_MS = 15_000;

/** Has someone look after every webhook with work, whatever became of its jobs. */
export async function requeueDeliveries({ webhookWork, enqueueDeliveries, clock }: RequeueDeliveriesDeps): Promise<void> {
  const dueBefore = clock.now() - DELIVERY_GRACE_MS;
  const due = await webhookWork.listDue(dueBefore, WEBHOOKS_A_RUN);
  const jobs = due.map(({ workspaceId, webhookId }): WebhookDeliveryJob => ({ v: 1, workspaceId, webhookId, deliveryIds: [], dueBefore }));
  if (jobs.length > 0) await enqueueDeliveries(jobs);
}
