import type { DeliveryStatus } from '../../contracts/api/webhooks.ts';
import type { PublicEvent } from '../../contracts/public-event.ts';
import type { Page, PageRequest } from '../page.ts';

export interface Webhook {
  readonly id: string;
  readonly workspaceId: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly enabled: boolean;
  readonly disabledReason: string | null;
  /** `whsec_…` as Standard Webhooks writes it. */
  readonly secret: string;
  readonly createdAt: number; // Unix ms
}

export interface Delivery {
  readonly id: string; // derived from webhook and event, so that an event makes one delivery however often it comes
  readonly workspaceId: string;
  readonly webhookId: string;
  readonly event: PublicEvent;
  readonly status: DeliveryStatus;
  readonly attempts: number;
  readonly nextAttemptAt: number | null; // Unix ms
  readonly lastAttemptAt: number | null; // Unix ms
  readonly responseStatus: number | null;
  readonly error: string | null;
  readonly createdAt: number; // Unix ms
}

export type WebhookChange = Partial<Pick<Webhook, 'url' | 'events' | 'enabled' | 'disabledReason'>>;
export type DeliveryResult = Pick<Delivery, 'status' | 'attempts' | 'nextAttemptAt' | 'lastAttemptAt' | 'responseStatus' | 'error'>;

export interface Webhooks {
  /** Does nothing if the id is there: it is derived from the request, so what is there is an earlier try's. */
  insert(webhook: Webhook): Promise<void>;
  /** Throws `webhook_not_found`, for another workspace's webhook too; so do `update` and `delete`. */
  get(workspaceId: string, webhookId: string): Promise<Webhook>;
  /** Newest first. */
  list(workspaceId: string, page: PageRequest): Promise<Page<Webhook>>;
  /** Every webhook of a workspace, for the event consumer. */
  listAll(workspaceId: string): Promise<readonly Webhook[]>;
  update(workspaceId: string, webhookId: string, change: WebhookChange): Promise<Webhook>;
  delete(workspaceId: string, webhookId: string): Promise<void>;
}

export interface Deliveries {
  /** Inserts those not there yet and returns them; due at once. */
  insertMany(deliveries: readonly Delivery[]): Promise<readonly Delivery[]>;
  /** Throws `delivery_not_found`, for another workspace's delivery too. */
  get(workspaceId: string, webhookId: string, deliveryId: string): Promise<Delivery>;
  /** Newest first. */
  list(workspaceId: string, webhookId: string, page: PageRequest, status?: DeliveryStatus): Promise<Page<Delivery>>;
  /** Writes an attempt's result, conditional on `attempts` being what we read. `false`: someone else tried meanwhile. */
  record(delivery: Delivery, result: DeliveryResult): Promise<boolean>;
  /** Pending deliveries whose time has come, of all workspaces, longest due first. */
  listDue(nowMs: number, limit: number): Promise<readonly Delivery[]>;
}
