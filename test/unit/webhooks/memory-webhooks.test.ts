import { describeDeliveries } from '../../contract/deliveries.contract.ts';
import { describeWebhooks } from '../../contract/webhooks.contract.ts';
import { memoryDeliveries } from '../../support/fakes/memory-deliveries.ts';
import { memoryWebhooks } from '../../support/fakes/memory-webhooks.ts';

const stop = async () => {};

describeWebhooks('memoryWebhooks', async () => ({ webhooks: memoryWebhooks(), stop }));
describeDeliveries('memoryDeliveries', async () => ({ deliveries: memoryDeliveries(), stop }));
