import { createHmac } from 'node:crypto';
import { Webhook as Signer } from 'standardwebhooks';

/**
 * The headers a receiver verifies by, docs/webhooks.md says how: those of Standard Webhooks, and `X-HMAC-…`, the scheme
 * of our own private HTTP: hex HMAC-SHA256, keyed with the secret as it is shown, over timestamp (Unix seconds), `POST`,
 * path with query, and body, joined as they are.
 */
export function signWebhook(secret: string, eventId: string, url: string, body: string, nowMs: number): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1_000));
  const { pathname, search } = new URL(url);
  return {
    'content-type': 'application/json',
    'user-agent': 'Blazz-Webhooks/1',
    'webhook-id': eventId,
    'webhook-timestamp': timestamp,
    'webhook-signature': new Signer(secret).sign(eventId, new Date(nowMs), body),
    'x-hmac-timestamp': timestamp,
    'x-hmac-signature': createHmac('sha256', secret).update(`${timestamp}POST${pathname}${search}${body}`).digest('hex'),
  };
}
