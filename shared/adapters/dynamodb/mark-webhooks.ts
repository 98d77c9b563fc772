import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Delivery } from '../../domain/webhooks/webhooks.ts';
import { dynamoWebhookWork } from './dynamo-webhook-work.ts';

/** How long a note that there is work may stand for the deliveries that follow; well below `MARK_KEPT_MS`. */
const MARKED_AGAIN_MS = 10_000;
const MOST_REMEMBERED = 5_000;

/** Notes that there is work for the webhooks of these deliveries, unless it was noted a moment ago. */
export function markWebhooks(doc: DynamoDBDocumentClient, tableName: string) {
  const work = dynamoWebhookWork(doc, tableName);
  const marked = new Map<string, number>();
  return async (deliveries: readonly Delivery[]): Promise<void> => {
    const newest = new Map(deliveries.map((delivery) => [delivery.webhookId, delivery]));
    await Promise.all([...newest.values()].map(async (delivery) => {
      const { webhookId, createdAt } = delivery;
      const before = marked.get(webhookId);
      if (before !== undefined && createdAt < before + MARKED_AGAIN_MS) return;
      await work.mark(delivery, createdAt);
      if (marked.size >= MOST_REMEMBERED) marked.clear();
      marked.set(webhookId, createdAt);
    }));
  };
}
