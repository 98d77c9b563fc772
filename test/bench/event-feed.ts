import { ListQueuesCommand, GetQueueAttributesCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SessionEventBatch } from '../../shared/contracts/session-events.ts';
import { derivedId } from '../../shared/identity/derived-id.ts';

const ENTRIES_A_CALL = 10;
const EVENTS_A_BATCH = 3;
const REGION = 'eu-central-1'; // the local host's
const CREDENTIALS = { accessKeyId: 'bench', secretAccessKey: 'bench' };

export interface FedSession {
  readonly workspaceId: string;
  readonly id: string;
}

/** Puts what sessions report on the queue a fleet would put it on; the text of each message is the time it was sent. */
export class EventFeed {
  readonly #sqs: SQSClient;
  readonly #queues: readonly string[];
  #batches = 0;

  private constructor(sqs: SQSClient, queues: readonly string[]) {
    this.#sqs = sqs;
    this.#queues = queues;
  }

  static async open(endpoint: string): Promise<EventFeed> {
    const sqs = new SQSClient({ endpoint, region: REGION, credentials: CREDENTIALS, useQueueUrlAsEndpoint: false });
    const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
    return new EventFeed(sqs, QueueUrls.filter((url) => /(SessionEvents|WebhookDeliveries)Queue/.test(url)));
  }

  /** Sends `count` messages received, about evenly over the sessions, at this rate a second (`Infinity`: as fast as it goes). */
  async send(sessions: readonly FedSession[], count: number, rate: number): Promise<void> {
    const perCall = ENTRIES_A_CALL * EVENTS_A_BATCH;
    const startedAt = performance.now();
    for (let sent = 0; sent < count; sent += perCall) {
      const due = startedAt + (sent * 1_000) / rate;
      if (due > performance.now()) await new Promise((resolve) => setTimeout(resolve, due - performance.now()));
      await this.#sendCall(sessions);
    }
  }

  /** Messages of the session events and webhook deliveries that wait or are under way. */
  async depth(): Promise<number> {
    const depths = this.#queues.map((url) => this.#depthOf(url));
    return (await Promise.all(depths)).reduce((sum, depth) => sum + depth, 0);
  }

  close(): void {
    this.#sqs.destroy();
  }

  async #depthOf(QueueUrl: string): Promise<number> {
    const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
    const { Attributes = {} } = await this.#sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] }));
    return AttributeNames.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
  }

  async #sendCall(sessions: readonly FedSession[]): Promise<void> {
    const Entries = Array.from({ length: ENTRIES_A_CALL }, (_, i) => {
      const session = sessions[this.#batches++ % sessions.length] as FedSession;
      const batch = batchOf(session, this.#batches);
      return { Id: String(i), MessageBody: JSON.stringify(batch), MessageGroupId: session.id, MessageDeduplicationId: `${session.id}:${batch.sequence}` };
    });
    const QueueUrl = this.#queues.find((url) => url.includes('SessionEvents'));
    await this.#sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  }
}

function batchOf({ workspaceId, id }: FedSession, counter: number): SessionEventBatch {
  const at = new Date().toISOString();
  const events = Array.from({ length: EVENTS_A_BATCH }, (_, i) => ({
    type: 'message.received' as const,
    at,
    observedAt: at,
    wireId: `3A${counter}N${i}`,
    peer: `+49170${10_000_000 + (counter % 500)}`,
    author: null,
    senderName: 'Bench',
    messageType: 'text' as const,
    text: String(Date.now()),
    replyToWireId: null,
    media: null,
  }));
  const instanceId = derivedId('ins', 0, 'bench');
  return { v: 1, workspaceId, sessionId: id, instanceId, fencingToken: 0, sequence: `0000000000-${String(counter).padStart(10, '0')}`, events };
}
