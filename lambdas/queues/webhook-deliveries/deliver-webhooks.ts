import type { WebhookDeliveryJob } from '../../../shared/contracts/jobs.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import { healthAfter, isFailingForDays, isHeld, type EndpointHealth } from '../../../shared/domain/webhooks/endpoint-health.ts';
import { jobsFor } from '../../../shared/domain/webhooks/publish-events.ts';
import { MARK_KEPT_MS, type WebhookState } from '../../../shared/domain/webhooks/webhook-work.ts';
import type { Webhook } from '../../../shared/domain/webhooks/webhooks.ts';
import { buryDeliveries } from './bury-deliveries.ts';
import type { DeliverDeps, Task } from './deliver-deps.ts';
import { disableWebhook, FAILING, GONE } from './disable-webhook.ts';
import { replaySlice } from './replay-slice.ts';
import { Run } from './run.ts';
import { sendDeliveries } from './send-deliveries.ts';

/** So many consumers at most send to one endpoint at once: it can be as slow as it likes, others have the rest. */
const PLACES = 4;
const PLACE_MS = 40_000;
const PLACE_TRIES = 5;
const PLACE_PAUSE_MS = 50;
const BUSY_SECONDS = 1;
const SWEEP_PAGE = 100;
/** Pauses up to this go through the queue, longer ones wait for the schedule `requeue-work`. */
const LONGEST_DELAY_MS = 900_000;

/**
 * Tries what the jobs of one webhook point to, and records what came of it. A failing target is an outcome, not an
 * error: only our own trouble is thrown. A held endpoint's jobs are dropped: its deliveries are listed as due until
 * somebody has looked after them.
 */
export const makeDeliverWebhooks = (deps: DeliverDeps) =>
  async (jobs: readonly WebhookDeliveryJob[]): Promise<void> => {
    const now = deps.clock.now();
    const task = taskOf(jobs, now);
    const [webhook, state] = await Promise.all([findWebhook(deps, task), deps.work.get(task.webhookId)]);
    if (!webhook?.enabled) return buryDeliveries(deps, task, webhook, state);
    if (isHeld(state.health, now)) return;
    const isAlone = webhook.ordered || state.health.holds > 0 || task.sweepBefore !== undefined; // two that look for what is due find the same
    const place = await takePlace(deps, webhook.id, isAlone ? 1 : PLACES);
    if (place === undefined) return deps.enqueue(jobsOf(task), { delaySeconds: BUSY_SECONDS });
    const run = new Run(deps.clock, state.health);
    let isSwept = false;
    try {
      isSwept = await sendTask(deps, run, webhook, task, state);
    } finally {
      await deps.work.release(webhook.id, place, changedHealth(deps, run, state));
    }
    await followUp(deps, run, webhook, task, { ...state, health: changedHealth(deps, run, state) ?? state.health }, isSwept);
  };

function taskOf(jobs: readonly WebhookDeliveryJob[], now: number): Task {
  const { workspaceId, webhookId } = jobs[0] as WebhookDeliveryJob;
  const sweeps = jobs.filter(({ deliveryIds }) => deliveryIds.length === 0);
  const sweepBefore = sweeps.length > 0 ? Math.max(...sweeps.map(({ dueBefore }) => dueBefore ?? now)) : undefined;
  return { workspaceId, webhookId, deliveryIds: [...new Set(jobs.flatMap(({ deliveryIds }) => deliveryIds))], sweepBefore };
}

function jobsOf(task: Task): WebhookDeliveryJob[] {
  const { workspaceId, webhookId, deliveryIds, sweepBefore } = task;
  const named = jobsFor(task, deliveryIds);
  return sweepBefore === undefined ? named : [...named, { v: 1, workspaceId, webhookId, deliveryIds: [], dueBefore: sweepBefore }];
}

/** An endpoint that answers gives a place free in no time, so it is asked for a few times before the jobs go back. */
async function takePlace({ work, clock }: DeliverDeps, webhookId: string, places: number): Promise<string | undefined> {
  for (let tries = 1; ; tries++) {
    const now = clock.now();
    const place = await work.take(webhookId, places, now, now + PLACE_MS);
    if (place !== undefined || tries === PLACE_TRIES) return place;
    await new Promise((resolve) => setTimeout(resolve, PLACE_PAUSE_MS));
  }
}

async function findWebhook({ webhooks }: DeliverDeps, { workspaceId, webhookId }: Task): Promise<Webhook | undefined> {
  try {
    return await webhooks.get(workspaceId, webhookId);
  } catch (error) {
    if (error instanceof DomainError && error.kind === 'not-found') return undefined;
    throw error;
  }
}

/** Whether nothing more was due at the end. */
async function sendTask(deps: DeliverDeps, run: Run, webhook: Webhook, task: Task, { replay }: WebhookState): Promise<boolean> {
  if (task.deliveryIds.length > 0) await sendDeliveries(deps, run, webhook, await deps.deliveries.getMany(task.workspaceId, webhook.id, task.deliveryIds));
  if (task.sweepBefore === undefined) return false;
  if (replay) await replaySlice(deps, task, replay);
  const until = Math.max(task.sweepBefore, replay?.startedAt ?? 0);
  const seen = new Set<string>();
  while (run.mayStart()) {
    const due = (await deps.deliveries.listDue(webhook.id, until, SWEEP_PAGE)).filter(({ id }) => !seen.has(id));
    if (due.length === 0) return !replay;
    for (const { id } of due) seen.add(id);
    await sendDeliveries(deps, run, webhook, due);
  }
  return false;
}

const changedHealth = ({ clock }: DeliverDeps, run: Run, { health }: WebhookState): EndpointHealth | undefined => {
  const after = healthAfter(health, run, clock.now());
  return JSON.stringify(after) === JSON.stringify(health) ? undefined : after;
};

async function followUp(deps: DeliverDeps, run: Run, webhook: Webhook, task: Task, { health, markedAt }: WebhookState, isSwept: boolean): Promise<void> {
  const now = deps.clock.now();
  const sweep: WebhookDeliveryJob = { v: 1, workspaceId: task.workspaceId, webhookId: webhook.id, deliveryIds: [] };
  const isPending = run.again.size + run.left.size > 0;
  if (isPending) await deps.work.mark(task, now);
  const reason = run.isGone ? GONE : isFailingForDays(health, now) ? FAILING : undefined;
  if (reason !== undefined) {
    await disableWebhook(deps, webhook, reason);
    return deps.enqueue([sweep]);
  }
  if (isHeld(health, now)) return deps.enqueue([sweep], { delaySeconds: ((health.heldUntil ?? now) - now) / 1_000 });
  await enqueueRetries(deps, run, task);
  if (task.sweepBefore !== undefined && !isSwept) return deps.enqueue([{ ...sweep, dueBefore: task.sweepBefore }]);
  if (run.left.size > 0) await deps.enqueue(jobsFor(task, [...run.left]));
  if (isSwept && !isPending) await settle(deps, task, markedAt, now);
}

async function enqueueRetries({ enqueue }: DeliverDeps, { again }: Run, task: Task): Promise<void> {
  const soon = [...again].filter(([, pauseMs]) => pauseMs <= LONGEST_DELAY_MS);
  for (const [delaySeconds, group] of Map.groupBy(soon, ([, pauseMs]) => Math.ceil(pauseMs / 1_000))) {
    await enqueue(jobsFor(task, group.map(([id]) => id)), { delaySeconds });
  }
}

/** Nothing is due: the next look is when something will be, and not before a late note of work had its time. */
async function settle({ deliveries, work }: DeliverDeps, task: Task, markedAt: number, now: number): Promise<void> {
  const next = await deliveries.nextDueAt(task.webhookId);
  const keptUntil = markedAt + MARK_KEPT_MS;
  await work.settle(task, markedAt, now < keptUntil ? Math.min(next ?? keptUntil, keptUntil) : next);
}
