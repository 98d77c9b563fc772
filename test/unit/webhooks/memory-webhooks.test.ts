import { describeDeliveries } from '../../contract/deliveries.contract.ts';
import { describeWebhookWork } from '../../contract/webhook-work.contract.ts';
import { describeWebhooks } from '../../contract/webhooks.contract.ts';
import { memoryDeliveries } from '../../support/fakes/memory-deliveries.ts';
import { memoryWebhookWork } from '../../support/fakes/memory-webhook-work.ts';
import { memoryWebhooks } from '../../support/fakes/memory-webhooks.ts';

const stop = async () => {};

describeWebhookWork('memoryWebhookWork', async () => ({ work: memoryWebhookWork(), stop }));
describeWebhooks('memoryWebhooks', async () => ({ webhooks: memoryWebhooks(), stop }));
describeDeliveries('memoryDeliveries', async () => ({ deliveries: memoryDeliveries(), stop }));
