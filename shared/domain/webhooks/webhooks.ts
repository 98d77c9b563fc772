import type { DeliveryStatus } from '../../contracts/api/webhooks.ts';
import type { PublicEvent } from '../../contracts/public-event.ts';
import type { Page, PageRequest } from '../page.ts';

/** A secret that was replaced and still signs, beside the new one, until then. */
export interface PreviousSecret {
  readonly secret: string;
  readonly until: number; // Unix ms
}

export interface Webhook {
  readonly id: string;
  readonly workspaceId: string;
  readonly url: string;
  readonly events: readonly string[];
  /** A chat's next event waits until the one before was delivered or given up. */
  readonly ordered: boolean;
  readonly enabled: boolean;
  /** Why we disabled it; `null` if its owner did, or nobody. */
  readonly disabledReason: string | null;
  readonly disabledAt: number | null; // Unix ms
  /** `whsec_…` as Standard Webhooks writes it. */
  readonly secret: string;
  /** Newest first. */
  readonly previousSecrets: readonly PreviousSecret[];
  /** Which request put the secret in place; `null`: the one that made the webhook. */
  readonly rotationId: string | null;
  readonly createdAt: number; // Unix ms
}

/** One try, as the delivery log shows it. */
export interface Attempt {
  readonly url: string | null;
  readonly lastAttemptAt: number | null; // Unix ms
  readonly durationMs: number | null;
  readonly responseStatus: number | null;
  /** The first kilobyte, if it is text. */
  readonly responseExcerpt: string | null;
  readonly error: string | null;
}

/** With its last attempt; the ones before are in the log. */
export interface Delivery extends Attempt {
  readonly id: string; // derived from webhook and event, so that an event makes one delivery however often it comes
  readonly workspaceId: string;
  readonly webhookId: string;
  readonly event: PublicEvent;
  /** Made for a webhook in ordered mode. */
  readonly isOrdered: boolean;
  /** Waits for its turn behind an earlier event of its chat; `nextAttemptAt` is when it is looked at in any case. */
  readonly isParked: boolean;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  readonly nextAttemptAt: number | null; // Unix ms
  readonly createdAt: number; // Unix ms
}

export const NOT_TRIED: Attempt = { url: null, lastAttemptAt: null, durationMs: null, responseStatus: null, responseExcerpt: null, error: null };

export type WebhookChange = Partial<Pick<Webhook, 'url' | 'events' | 'ordered' | 'enabled' | 'disabledReason' | 'disabledAt'>>;
export type Disabling = Pick<Webhook, 'disabledReason' | 'disabledAt'>;
export type SecretRotation = Pick<Webhook, 'secret' | 'previousSecrets'> & { readonly rotationId: string };
export type DeliveryChange = Pick<Delivery, 'status' | 'attempts' | 'nextAttemptAt'> & Partial<Attempt & Pick<Delivery, 'isParked'>>;

export interface Webhooks {
  /** Does nothing if the id is there: it is derived from the request, so what is there is an earlier try's. */
  insert(webhook: Webhook): Promise<void>;
  /** Throws `webhook_not_found`, for another workspace's webhook too; so do all that change one. */
  get(workspaceId: string, webhookId: string): Promise<Webhook>;
  /** Newest first. */
  list(workspaceId: string, page: PageRequest): Promise<Page<Webhook>>;
  /** Every webhook of a workspace, for the event consumer. */
  listAll(workspaceId: string): Promise<readonly Webhook[]>;
  update(workspaceId: string, webhookId: string, change: WebhookChange): Promise<Webhook>;
  /** Disables it unless somebody did before; as it is then. */
  disable(workspaceId: string, webhookId: string, disabling: Disabling): Promise<Webhook>;
  /** Replaces the secret if it is still `seen`. `undefined`: someone else replaced it meanwhile. */
  rotate(workspaceId: string, webhookId: string, seen: string, rotation: SecretRotation): Promise<Webhook | undefined>;
  delete(workspaceId: string, webhookId: string): Promise<void>;
}

export interface DeliveryFilter {
  readonly status?: DeliveryStatus | undefined;
  readonly eventTypes?: readonly string[] | undefined;
  /** When the event happened, Unix ms, both inclusive. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

export interface Deliveries {
  /** Inserts those not there yet and returns them. Before that it notes that there is work for their webhooks. */
  insertMany(deliveries: readonly Delivery[]): Promise<readonly Delivery[]>;
  /** Throws `delivery_not_found`, for another workspace's delivery too. */
  get(workspaceId: string, webhookId: string, deliveryId: string): Promise<Delivery>;
  /** Those that exist, in no order. */
  getMany(workspaceId: string, webhookId: string, deliveryIds: readonly string[]): Promise<readonly Delivery[]>;
  /** Newest first, or oldest first. */
  list(workspaceId: string, webhookId: string, page: PageRequest & { readonly oldestFirst?: boolean }, filter?: DeliveryFilter): Promise<Page<Delivery>>;
  count(workspaceId: string, webhookId: string, filter: DeliveryFilter): Promise<number>;
  /**
   * Writes a change, conditional on `attempts` and `status` being what we read. `false`: someone else tried meanwhile.
   * A further attempt moves the one before to the log.
   */
  record(delivery: Delivery, change: DeliveryChange): Promise<boolean>;
  /** Every attempt so far, oldest first. */
  log(delivery: Delivery): Promise<readonly Attempt[]>;
  /** Pending deliveries of a webhook whose time has come, longest due first; some of them, if there are more. */
  listDue(webhookId: string, nowMs: number, limit: number): Promise<readonly Delivery[]>;
  /** When the next of them is due, Unix ms; `null`: none is pending. */
  nextDueAt(webhookId: string): Promise<number | null>;
  /** The pending ordered deliveries of a chat, by sequence; those after the given one, if any. */
  listLane(webhookId: string, chatId: string, limit: number, after?: Delivery): Promise<readonly Delivery[]>;
}
