import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetQueueAttributesCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { LocalJson } from '../../local/client/host-process.ts';
import { dynamoChatNumbers } from '../../shared/adapters/dynamodb/dynamo-chat-numbers.ts';
import { dynamoDeliveries } from '../../shared/adapters/dynamodb/dynamo-deliveries.ts';
import { dynamoWebhooks } from '../../shared/adapters/dynamodb/dynamo-webhooks.ts';
import { sqsJobs } from '../../shared/adapters/sqs/sqs-jobs.ts';
import type { PublicEvent } from '../../shared/contracts/public-event.ts';
import { makeNumberEvents, type NumberEvents } from '../../shared/domain/webhooks/number-events.ts';
import { makePublishEvents, type PublishEvents } from '../../shared/domain/webhooks/publish-events.ts';
import { chatIdOf } from '../../shared/identity/chat-identity.ts';
import { deliveryIdOf } from '../../shared/identity/delivery-identity.ts';
import { derivedId } from '../../shared/identity/derived-id.ts';

export const EVENTS_A_BATCH = 3;
const CHATS = 500;
const SESSION = derivedId('ses', 0, 'bench');
const CREDENTIALS = { accessKeyId: 'bench', secretAccessKey: 'bench' };
const REGION = 'eu-central-1'; // the local host's

/** Numbers and publishes events as the consumer of session events does, a few at a time; each says when it was made. */
export class EventFeed {
  readonly #clients: { readonly sqs: SQSClient; readonly dynamo: DynamoDBClient };
  readonly #queueUrl: string;
  readonly #numberEvents: NumberEvents;
  readonly #publish: PublishEvents;
  #made = 0;

  private constructor({ tables }: LocalJson, sqs: SQSClient, dynamo: DynamoDBClient, queueUrl: string) {
    this.#clients = { sqs, dynamo };
    this.#queueUrl = queueUrl;
    const doc = DynamoDBDocumentClient.from(dynamo, { marshallOptions: { removeUndefinedValues: true } });
    const { core = '', messages = '' } = tables;
    this.#numberEvents = makeNumberEvents(dynamoChatNumbers(doc, messages));
    this.#publish = makePublishEvents({
      webhooks: dynamoWebhooks(doc, core),
      deliveries: dynamoDeliveries(doc, core),
      enqueue: sqsJobs(sqs, queueUrl),
      deliveryIdOf,
    });
  }

  static async open(local: LocalJson): Promise<EventFeed> {
    const client = { region: REGION, credentials: CREDENTIALS };
    const sqs = new SQSClient({ ...client, endpoint: local.endpoints.sqs, useQueueUrlAsEndpoint: false });
    const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
    const queueUrl = QueueUrls.find((url) => url.includes('WebhookDeliveriesQueue')) ?? '';
    return new EventFeed(local, sqs, new DynamoDBClient({ ...client, endpoint: local.endpoints.dynamodb }), queueUrl);
  }

  /** Publishes `count` events at this rate a second; `Infinity`: as fast as it goes, 16 batches at once. */
  async send(workspaceId: string, count: number, rate: number): Promise<void> {
    const underWay = new Set<Promise<void>>();
    const startedAt = performance.now();
    for (let sent = 0; sent < count; sent += EVENTS_A_BATCH) {
      const earlyMs = startedAt + (sent * 1_000) / rate - performance.now();
      if (earlyMs > 0) await new Promise((resolve) => setTimeout(resolve, earlyMs));
      const batch = this.#sendBatch(workspaceId).finally(() => underWay.delete(batch));
      underWay.add(batch);
      if (underWay.size >= 16) await Promise.race(underWay);
    }
    await Promise.all(underWay);
  }

  /** Jobs that wait, for their time too, or are under way. */
  async depth(): Promise<number> {
    const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible', 'ApproximateNumberOfMessagesDelayed'] as const;
    const { Attributes = {} } = await this.#clients.sqs.send(new GetQueueAttributesCommand({ QueueUrl: this.#queueUrl, AttributeNames: [...AttributeNames] }));
    return AttributeNames.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
  }

  close(): void {
    this.#clients.sqs.destroy();
    this.#clients.dynamo.destroy();
  }

  async #sendBatch(workspaceId: string): Promise<void> {
    const events = Array.from({ length: EVENTS_A_BATCH }, () => this.#event(workspaceId));
    await this.#publish(workspaceId, await this.#numberEvents(workspaceId, events));
  }

  #event(workspaceId: string): PublicEvent {
    const n = this.#made++;
    const now = Date.now();
    const chatId = chatIdOf(workspaceId, SESSION, `+49170${10_000_000 + (n % CHATS)}`);
    const data = { type: 'text', text: 'The quick brown fox jumps over the lazy dog. '.repeat(4), madeAt: now };
    return { id: derivedId('evt', now, 'bench', String(n)), type: 'message.received', createdAt: new Date(now).toISOString(), workspaceId, sessionId: SESSION, chatId, data };
  }
}
