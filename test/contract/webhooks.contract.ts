import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Webhook, Webhooks } from '../../shared/domain/webhooks/webhooks.ts';
import { WORKSPACE } from '../support/builders/outbound-message.ts';
import { aWebhook } from '../support/builders/webhook.ts';

export interface WebhooksHarness {
  readonly webhooks: Webhooks;
  stop(): Promise<void>;
}

const OTHER_WORKSPACE = 'wsp_01J0000000000000000000000B';

/** Run on the in-memory fake in unit tests and on DynamoDB in integration tests. */
export function describeWebhooks(name: string, start: () => Promise<WebhooksHarness>): void {
  describe(`${name} keeps the contract of Webhooks`, () => {
    let harness: WebhooksHarness;
    let webhooks: Webhooks;
    beforeAll(async () => {
      harness = await start();
      webhooks = harness.webhooks;
    });
    afterAll(() => harness.stop());

    async function inserted(change: Partial<Webhook> = {}): Promise<Webhook> {
      const webhook = aWebhook(change);
      await webhooks.insert(webhook);
      return webhook;
    }

    it('gives back what was inserted, the first time', async () => {
      const webhook = await inserted({ events: ['message.received', 'session.status'] });
      await webhooks.insert({ ...webhook, url: 'https://example.com/other' });
      expect(await webhooks.get(WORKSPACE, webhook.id)).toEqual(webhook);
    });

    it('lists a workspace newest first, page by page, and all at once', async () => {
      const workspaceId = 'wsp_01J0000000000000000000000L';
      const made = [await inserted({ workspaceId }), await inserted({ workspaceId }), await inserted({ workspaceId })];
      const first = await webhooks.list(workspaceId, { limit: 2 });
      const second = await webhooks.list(workspaceId, { limit: 2, cursor: first.cursor });
      expect([...first.items, ...second.items]).toEqual(made.toReversed());
      expect(second.cursor).toBeUndefined();
      expect(await webhooks.listAll(workspaceId)).toEqual(expect.arrayContaining(made));
    });

    it('changes what is named and leaves the rest', async () => {
      const webhook = await inserted();
      const changed = await webhooks.update(WORKSPACE, webhook.id, { enabled: false, disabledReason: 'gone', url: undefined });
      expect(changed).toEqual({ ...webhook, enabled: false, disabledReason: 'gone' });
      expect(await webhooks.get(WORKSPACE, webhook.id)).toEqual(changed);
    });

    it('disables once, and leaves what was disabled as it is', async () => {
      const webhook = await inserted();
      const disabled = { ...webhook, enabled: false, disabledReason: 'gone', disabledAt: 5 };
      expect(await webhooks.disable(WORKSPACE, webhook.id, { disabledReason: 'gone', disabledAt: 5 })).toEqual(disabled);
      expect(await webhooks.disable(WORKSPACE, webhook.id, { disabledReason: 'later', disabledAt: 6 })).toEqual(disabled);
      expect(await webhooks.get(WORKSPACE, webhook.id)).toEqual(disabled);
      await expect(webhooks.disable(OTHER_WORKSPACE, webhook.id, { disabledReason: 'x', disabledAt: 7 })).rejects.toMatchObject({ code: 'webhook_not_found' });
    });

    it('replaces a secret once for each it has seen', async () => {
      const webhook = await inserted();
      const rotation = { secret: 'whsec_bmV3', previousSecrets: [{ secret: webhook.secret, until: 5 }], rotationId: 'rot_1' };
      expect(await webhooks.rotate(WORKSPACE, webhook.id, webhook.secret, rotation)).toEqual({ ...webhook, ...rotation });
      expect(await webhooks.rotate(WORKSPACE, webhook.id, webhook.secret, { ...rotation, secret: 'whsec_b3RoZXI=' })).toBeUndefined();
      expect(await webhooks.get(WORKSPACE, webhook.id)).toEqual({ ...webhook, ...rotation });
      await expect(webhooks.rotate(OTHER_WORKSPACE, webhook.id, rotation.secret, rotation)).rejects.toMatchObject({ code: 'webhook_not_found' });
    });

    it('forgets what was deleted', async () => {
      const webhook = await inserted();
      await webhooks.delete(WORKSPACE, webhook.id);
      await expect(webhooks.get(WORKSPACE, webhook.id)).rejects.toMatchObject({ code: 'webhook_not_found' });
      await expect(webhooks.delete(WORKSPACE, webhook.id)).rejects.toMatchObject({ code: 'webhook_not_found' });
    });

    it('shows and does nothing to another workspace', async () => {
      const webhook = await inserted();
      const notFound = { code: 'webhook_not_found' };
      await expect(webhooks.get(OTHER_WORKSPACE, webhook.id)).rejects.toMatchObject(notFound);
      await expect(webhooks.update(OTHER_WORKSPACE, webhook.id, { enabled: false })).rejects.toMatchObject(notFound);
      await expect(webhooks.delete(OTHER_WORKSPACE, webhook.id)).rejects.toMatchObject(notFound);
      expect(await webhooks.listAll(OTHER_WORKSPACE)).toEqual([]);
      expect(await webhooks.get(WORKSPACE, webhook.id)).toEqual(webhook);
    });
  });
}
