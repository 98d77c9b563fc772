/* What the simulated Meta knows. Times are Unix ms, numbers digits without `+`. */

export interface BusinessNumber {
  readonly id: string; // phone_number_id
  readonly businessAccountId: string;
  readonly accessToken: string;
  readonly number: string;
  readonly name: string;
}

export interface Customer {
  readonly number: string;
  readonly bsuid: string;
  readonly name: string;
  /** Shows businesses its BSUID only. */
  readonly hidesNumber: boolean;
  /** One that is off acknowledges nothing until it is on again. */
  readonly isOnline: boolean;
  readonly autoRead: boolean;
}

export type DeliveryStatus = 'accepted' | 'sent' | 'delivered' | 'read' | 'failed';

/** A message that was accepted from a business. */
export interface Accepted {
  readonly wamid: string;
  readonly from: string; // phone_number_id
  readonly to: string;
  readonly type: string;
  readonly content: unknown;
  readonly text: string | null;
  readonly context: string | null;
  readonly callbackData: string | null;
  readonly acceptedAt: number;
  status: DeliveryStatus;
}

export interface Template {
  readonly id: string;
  readonly businessAccountId: string;
  readonly name: string;
  readonly language: string;
  readonly category: string;
  readonly parameterFormat: 'NAMED' | 'POSITIONAL';
  readonly components: readonly Readonly<Record<string, unknown>>[];
  status: string;
  rejectedReason: string;
}

export interface Media {
  readonly id: string;
  readonly businessAccountId: string;
  readonly mimetype: string;
  readonly bytes: Buffer;
  readonly sha256: string;
}

export interface Fault {
  /**
   * `error`: refused with `code` · `fail`: accepted, then a `failed` status with `code` · `hang`: not accepted, never
   * answered · `lost_answer`: accepted, and the connection breaks before the answer · `delay`: answered after `ms` ·
   * `garbage`: a gateway's 502.
   */
  readonly kind: 'error' | 'fail' | 'hang' | 'lost_answer' | 'delay' | 'garbage';
  readonly code: number;
  readonly ms: number;
  remaining: number;
}

export interface Config {
  webhookUrl: string | null;
  appSecret: string;
  verifyToken: string;
  /** How often each webhook is sent on top. */
  duplicates: number;
  /** Sends what waits in reverse. */
  reorder: boolean;
  /** How long webhooks are gathered into one batch. */
  batchMs: number;
  ackDelayMs: number;
  /** How long a new template is PENDING; `null`: until somebody reviews it. */
  reviewMs: number | null;
  messagesPerSecond: number;
  pairSeconds: number;
  pairBurst: number;
}

export const DEFAULT_CONFIG: Config = {
  webhookUrl: null,
  appSecret: 'app-secret',
  verifyToken: 'verify-token',
  duplicates: 0,
  reorder: false,
  batchMs: 5,
  ackDelayMs: 20,
  reviewMs: 200,
  messagesPerSecond: 80,
  pairSeconds: 6,
  pairBurst: 45,
};
