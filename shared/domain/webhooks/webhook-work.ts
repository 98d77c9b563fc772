import type { DeliveryFilter } from './webhooks.ts';
import type { EndpointHealth } from './endpoint-health.ts';

/** A bulk replay under way: oldest first, a slice at a time. */
export interface Replay {
  readonly id: string;
  readonly filter: DeliveryFilter;
  /** Deliveries tried after this (Unix ms) have been replayed already. */
  readonly startedAt: number;
  /** Where the next slice begins; `null`: at the beginning. */
  readonly cursor: string | null;
}

/** Where the work on a webhook's deliveries stands. */
export interface WebhookState {
  readonly health: EndpointHealth;
  readonly replay: Replay | null;
  /** When it was last noted that there is work, Unix ms. */
  readonly markedAt: number;
}

export interface DueWebhook {
  readonly workspaceId: string;
  readonly webhookId: string;
}

/**
 * Who sends to which webhook, and when someone has to look after it again. Bounds how many consumers one endpoint can
 * occupy, whatever waits for it; and lists webhooks with work rather than their deliveries, so that a long queue of one
 * hides nobody else's.
 */
export interface WebhookWork {
  /** A webhook nothing is known of has no work and is healthy. */
  get(webhookId: string): Promise<WebhookState>;
  /** Notes that there is work. Done before the work is written, so that none is forgotten. */
  mark(webhook: DueWebhook, nowMs: number): Promise<void>;
  /** Takes one of the first `places` places, the very first as the last, until then at most. `undefined`: all are taken. */
  take(webhookId: string, places: number, nowMs: number, untilMs: number): Promise<string | undefined>;
  /** Gives a place back, and notes how the endpoint answered if that changed. */
  release(webhookId: string, place: string, health: EndpointHealth | undefined): Promise<void>;
  /** Forgets how the endpoint answered: it is tried like a new one. */
  forgetHealth(webhookId: string): Promise<void>;
  /** Says when to look again (Unix ms; `null`: no more), unless work was noted after `seenMarkedAt`. */
  settle(webhook: DueWebhook, seenMarkedAt: number, dueAt: number | null): Promise<void>;
  /** Webhooks someone has to look after, longest due first. */
  listDue(nowMs: number, limit: number): Promise<readonly DueWebhook[]>;
  /** `false`: another replay is under way. Asking for the same one again changes nothing. */
  beginReplay(webhookId: string, replay: Replay): Promise<boolean>;
  /** Moves on from where `replay` stands; `null`: it is over. */
  moveReplay(webhookId: string, replay: Replay, cursor: string | null): Promise<void>;
}

/** What is noted stays listed for this long, so that not every delivery has to note it again. */
export const MARK_KEPT_MS = 60_000;
