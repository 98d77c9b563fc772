import type { Delivery, Webhook } from '../../../shared/domain/webhooks/webhooks.ts';
import type { WebhookState } from '../../../shared/domain/webhooks/webhook-work.ts';
import type { DeliverDeps, Task } from './deliver-deps.ts';
import { noticeDisabled } from './disable-webhook.ts';

const PAGE = 100;
const PAGES_A_RUN = 20;
const END_OF_TIME = 9_999_999_999_999;

/** What waits for a webhook that takes nothing any more goes to the dead-letter list. */
export async function buryDeliveries(deps: DeliverDeps, task: Task, webhook: Webhook | undefined, state: WebhookState): Promise<void> {
  const error = webhook ? 'the webhook is disabled' : 'the webhook was deleted';
  const { workspaceId, webhookId } = task;
  if (webhook) await noticeDisabled(deps, webhook); // whoever disabled it may have died before telling
  if (state.replay) await deps.work.moveReplay(webhookId, state.replay, null);
  await bury(deps, await deps.deliveries.getMany(workspaceId, webhookId, task.deliveryIds), error);
  if (task.sweepBefore === undefined) return;
  for (let page = 0; page < PAGES_A_RUN; page++) {
    const waiting = await deps.deliveries.listDue(webhookId, END_OF_TIME, PAGE);
    if (waiting.length === 0) return deps.work.settle(task, state.markedAt, await deps.deliveries.nextDueAt(webhookId));
    await bury(deps, waiting, error);
  }
  await deps.enqueue([{ v: 1, workspaceId, webhookId, deliveryIds: [] }]);
}

async function bury({ deliveries }: DeliverDeps, waiting: readonly Delivery[], error: string): Promise<void> {
  const pending = waiting.filter(({ status }) => status === 'pending');
  await Promise.all(
    pending.map((delivery) => deliveries.record(delivery, { status: 'dead', attempts: delivery.attempts, nextAttemptAt: null, isParked: false, error })),
  );
}
