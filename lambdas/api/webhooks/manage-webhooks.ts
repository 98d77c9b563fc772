import type { webhookRoutes } from '../../../shared/contracts/api/routes/webhooks.ts';
import type { CheckWebhookUrl } from '../../../shared/domain/webhooks/webhook-sender.ts';
import type { WebhookWork } from '../../../shared/domain/webhooks/webhook-work.ts';
import type { Webhooks } from '../../../shared/domain/webhooks/webhooks.ts';
import { derivedId } from '../../../shared/identity/derived-id.ts';
import type { Operation } from '../../http/api-request.ts';
import { newSecret } from './new-secret.ts';
import { webhookDetail, webhookView } from './webhook-view.ts';

export interface ManageWebhooksDeps {
  readonly webhooks: Webhooks;
  readonly work: Pick<WebhookWork, 'get' | 'forgetHealth'>;
  readonly checkUrl: CheckWebhookUrl;
}
type Routes = typeof webhookRoutes;

export const makeCreateWebhook = ({ webhooks, checkUrl }: ManageWebhooksDeps): Operation<Routes['createWebhook']> =>
  async ({ workspaceId, body, now, seed }) => {
    await checkUrl(body.url);
    const id = derivedId('whk', now, workspaceId, 'webhook', seed);
    const chosen = { url: body.url, events: [...new Set(body.events)], ordered: body.ordered };
    const fresh = { enabled: true, disabledReason: null, disabledAt: null, previousSecrets: [], rotationId: null };
    await webhooks.insert({ id, workspaceId, ...chosen, ...fresh, secret: newSecret(), createdAt: now });
    const webhook = await webhooks.get(workspaceId, id); // a repeat after a crash shows the secret that is stored
    return { status: 201, body: { ...webhookView(webhook, now), secret: webhook.secret } };
  };

export const makeListWebhooks = ({ webhooks }: ManageWebhooksDeps): Operation<Routes['listWebhooks']> =>
  async ({ workspaceId, query, now }) => {
    const { items, cursor } = await webhooks.list(workspaceId, query);
    return { status: 200, body: { data: items.map((webhook) => webhookView(webhook, now)), nextCursor: cursor ?? null } };
  };

export const makeGetWebhook = ({ webhooks, work }: ManageWebhooksDeps): Operation<Routes['getWebhook']> =>
  async ({ workspaceId, params, now }) => {
    const webhook = await webhooks.get(workspaceId, params.id);
    return { status: 200, body: webhookDetail(webhook, await work.get(webhook.id), now) };
  };

/** An endpoint that is enabled again, or has another address, is tried like a new one. */
export const makeUpdateWebhook = ({ webhooks, work, checkUrl }: ManageWebhooksDeps): Operation<Routes['updateWebhook']> =>
  async ({ workspaceId, params, now, body: { url, events, ordered, enabled } }) => {
    if (url !== undefined) await checkUrl(url);
    const ability = enabled === undefined ? {} : { enabled, disabledReason: null, disabledAt: enabled ? null : now };
    const webhook = await webhooks.update(workspaceId, params.id, { url, events, ordered, ...ability });
    if (enabled || url !== undefined) await work.forgetHealth(webhook.id);
    return { status: 200, body: webhookView(webhook, now) };
  };

export const makeDeleteWebhook = ({ webhooks }: ManageWebhooksDeps): Operation<Routes['deleteWebhook']> =>
  async ({ workspaceId, params }) => {
    await webhooks.delete(workspaceId, params.id);
    return { status: 204 };
  };
