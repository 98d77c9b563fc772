import { createHmac } from 'node:crypto';
import { Webhook as Signer } from 'standardwebhooks';
import { contentHeaders } from '../../../shared/domain/webhooks/content-headers.ts';
import type { Webhook } from '../../../shared/domain/webhooks/webhooks.ts';

/**
 * The headers a receiver verifies by, docs/webhooks.md says how: those of Standard Webhooks, and `X-HMAC-…`, the scheme
 * of our own private HTTP: hex HMAC-SHA256, keyed with the secret as it is shown, over timestamp (Unix seconds), `POST`,
 * path with query, and body, joined as they are. A secret that was replaced signs too, until its time is over.
 */
export function signWebhook(webhook: Pick<Webhook, 'url' | 'secret' | 'previousSecrets'>, eventId: string, body: string, nowMs: number): Record<string, string> {
  const { url, secret } = webhook;
  const content = contentHeaders(eventId, nowMs);
  const { pathname, search } = new URL(url);
  const hmac = (key: string) => createHmac('sha256', key).update(`${content['webhook-timestamp']}POST${pathname}${search}${body}`).digest('hex');
  const standard = (key: string) => new Signer(key).sign(eventId, new Date(nowMs), body);
  const previous = webhook.previousSecrets.filter(({ until }) => until > nowMs).map((old) => old.secret);
  return {
    ...content,
    'webhook-signature': [secret, ...previous].map(standard).join(' '),
    'x-hmac-timestamp': content['webhook-timestamp'],
    'x-hmac-signature': hmac(secret),
    ...(previous[0] !== undefined && { 'x-hmac-signature-previous': hmac(previous[0]) }),
  };
}
