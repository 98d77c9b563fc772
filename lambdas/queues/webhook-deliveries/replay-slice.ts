import type { Replay } from '../../../shared/domain/webhooks/webhook-work.ts';
import type { Delivery } from '../../../shared/domain/webhooks/webhooks.ts';
import type { DeliverDeps, Task } from './deliver-deps.ts';

const SLICE = 100;

/**
 * Makes the next deliveries of a bulk replay due, oldest first, since the replay was asked for. Safe to repeat: one that was tried since the replay
 * began is passed over, and the place is kept only after the deliveries are.
 */
export async function replaySlice({ deliveries, work }: DeliverDeps, { workspaceId, webhookId }: Task, replay: Replay): Promise<void> {
  const page = { limit: SLICE, cursor: replay.cursor ?? undefined, oldestFirst: true };
  const { items, cursor = null } = await deliveries.list(workspaceId, webhookId, page, replay.filter);
  const isMeant = ({ status, lastAttemptAt }: Delivery) => status !== 'pending' && (lastAttemptAt ?? 0) <= replay.startedAt;
  await Promise.all(
    items.filter(isMeant).map((delivery) => deliveries.record(delivery, { status: 'pending', attempts: delivery.attempts, nextAttemptAt: replay.startedAt, isParked: false })),
  );
  await work.moveReplay(webhookId, replay, cursor);
}
