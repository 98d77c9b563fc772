import { HEALTHY, type EndpointHealth } from '../../../shared/domain/webhooks/endpoint-health.ts';
import type { DueWebhook, Replay, WebhookWork } from '../../../shared/domain/webhooks/webhook-work.ts';

interface Held {
  health: EndpointHealth;
  replay: Replay | null;
  markedAt: number;
  due: (DueWebhook & { readonly atMs: number }) | undefined;
  readonly places: Map<string, number>;
}

/** The work on webhooks in memory: keeps the same contract as the DynamoDB adapter. */
export function memoryWebhookWork(): WebhookWork {
  const all = new Map<string, Held>();
  function held(webhookId: string): Held {
    const known = all.get(webhookId) ?? { health: HEALTHY, replay: null, markedAt: 0, due: undefined, places: new Map() };
    all.set(webhookId, known);
    return known;
  }
  return {
    async get(webhookId) {
      const { health, replay, markedAt } = held(webhookId);
      return { health, replay, markedAt };
    },
    async mark({ workspaceId, webhookId }, nowMs) {
      Object.assign(held(webhookId), { markedAt: nowMs, due: { workspaceId, webhookId, atMs: nowMs } });
    },
    async take(webhookId, places, nowMs, untilMs) {
      const taken = held(webhookId).places;
      const free = Array.from({ length: places }, (_, i) => `place${i}`).findLast((place) => (taken.get(place) ?? 0) <= nowMs);
      if (free === undefined) return undefined;
      taken.set(free, untilMs);
      return `${free}|${untilMs}`;
    },
    async release(webhookId, place, health) {
      const [name = '', until] = place.split('|');
      const known = held(webhookId);
      if (known.places.get(name) !== Number(until)) return;
      known.places.delete(name);
      if (health) known.health = health;
    },
    async forgetHealth(webhookId) {
      held(webhookId).health = HEALTHY;
    },
    async settle({ workspaceId, webhookId }, seenMarkedAt, dueAt) {
      const known = held(webhookId);
      if (seenMarkedAt === 0 || known.markedAt !== seenMarkedAt) return;
      known.due = dueAt === null ? undefined : { workspaceId, webhookId, atMs: dueAt };
    },
    async listDue(nowMs, limit) {
      const due = [...all.values()].flatMap((known) => known.due ?? []).filter(({ atMs }) => atMs <= nowMs);
      return due.sort((a, b) => a.atMs - b.atMs).slice(0, limit).map(({ workspaceId, webhookId }) => ({ workspaceId, webhookId }));
    },
    async beginReplay(webhookId, replay) {
      const known = held(webhookId);
      known.replay ??= replay;
      return known.replay.id === replay.id;
    },
    async moveReplay(webhookId, replay, cursor) {
      const known = held(webhookId);
      if (known.replay?.id !== replay.id || known.replay.cursor !== replay.cursor) return;
      known.replay = cursor === null ? null : { ...known.replay, cursor };
    },
  };
}
