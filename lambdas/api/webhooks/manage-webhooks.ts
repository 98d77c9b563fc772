import { randomBytes } from 'node:crypto';
import type { webhookRoutes } from '../../../shared/contracts/api/routes/webhooks.ts';
import type { CheckWebhookUrl } from '../../../shared/domain/webhooks/webhook-sender.ts';
import type { Webhook, Webhooks } from '../../../shared/domain/webhooks/webhooks.ts';
import { derivedId } from '../../../shared/identity/derived-id.ts';
import type { Operation } from '../../http/api-request.ts';
import { webhookView } from './webhook-view.ts';

export interface ManageWebhooksDeps {
  readonly webhooks: Webhooks;
  readonly checkUrl: CheckWebhookUrl;
}
type Routes = typeof webhookRoutes;

const SECRET_BYTES = 32;

/** As Standard Webhooks writes a secret. */
const newSecret = (): string => `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;

export const makeCreateWebhook = ({ webhooks, checkUrl }: ManageWebhooksDeps): Operation<Routes['createWebhook']> =>
  async ({ workspaceId, body, now, seed }) => {
    await checkUrl(body.url);
    const id = derivedId('whk', now, workspaceId, 'webhook', seed);
    const chosen = { url: body.url, events: [...new Set(body.events)] };
    await webhooks.insert({ id, workspaceId, ...chosen, enabled: true, disabledReason: null, secret: newSecret(), createdAt: now });
    const webhook = await webhooks.get(workspaceId, id); // a repeat after a crash shows the secret that is stored
    return { status: 201, body: { ...webhookView(webhook), secret: webhook.secret } };
  };

export const makeListWebhooks = ({ webhooks }: ManageWebhooksDeps): Operation<Routes['listWebhooks']> =>
  async ({ workspaceId, query }) => {
    const { items, cursor } = await webhooks.list(workspaceId, query);
    return { status: 200, body: { data: items.map(webhookView), nextCursor: cursor ?? null } };
  };

export const makeGetWebhook = ({ webhooks }: ManageWebhooksDeps): Operation<Routes['getWebhook']> =>
  async ({ workspaceId, params }) => ({ status: 200, body: webhookView(await webhooks.get(workspaceId, params.id)) });

/** Enabling an endpoint again forgets why it was disabled. */
export const makeUpdateWebhook = ({ webhooks, checkUrl }: ManageWebhooksDeps): Operation<Routes['updateWebhook']> =>
  async ({ workspaceId, params, body: { url, events, enabled } }) => {
    if (url !== undefined) await checkUrl(url);
    const change: Partial<Webhook> = { url, events, enabled, ...(enabled && { disabledReason: null }) };
    return { status: 200, body: webhookView(await webhooks.update(workspaceId, params.id, change)) };
  };

export const makeDeleteWebhook = ({ webhooks }: ManageWebhooksDeps): Operation<Routes['deleteWebhook']> =>
  async ({ workspaceId, params }) => {
    await webhooks.delete(workspaceId, params.id);
    return { status: 204 };
  };
