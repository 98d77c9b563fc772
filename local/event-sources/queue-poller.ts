import * as z from 'zod';
import type { FunctionPool } from '../functions/function-pool.ts';
import { pause } from '../children/backoff.ts';
import { within } from '../children/within.ts';
import type { LogFile } from '../log-file.ts';
import type { QueueServer } from '../queues/queue-server.ts';
import type { QueueMapping } from './queue-mappings.ts';

const Message = z.object({
  MessageId: z.string(),
  ReceiptHandle: z.string(),
  Body: z.string(),
  MD5OfBody: z.string(),
  Attributes: z.record(z.string(), z.string()).default({}),
  MessageAttributes: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
});
type Message = z.infer<typeof Message>;
const Received = z.object({ Messages: z.array(Message).default([]) });
const Counts = z.object({ Attributes: z.record(z.string(), z.coerce.number()) });
const Report = z.object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string().min(1) })).nullish() }).nullish();

const WAIT_SECONDS = 20;
const AFTER_ERROR_MS = 1_000;
const DELETE_TRIES = 30;
const SETTLE_LIMIT_MS = 10_000; // for batches under way at the end
const WAITING = 'ApproximateNumberOfMessages';

const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

const recordOf = (message: Message, { queueArn, region }: QueueMapping): object => ({
  messageId: message.MessageId,
  receiptHandle: message.ReceiptHandle,
  body: message.Body,
  md5OfBody: message.MD5OfBody,
  attributes: message.Attributes,
  messageAttributes: Object.fromEntries(
    Object.entries(message.MessageAttributes).map(([name, attribute]) => [
      name,
      Object.fromEntries(Object.entries(attribute).map(([key, value]) => [lowerFirst(key), value])),
    ]),
  ),
  eventSource: 'aws:sqs',
  eventSourceARN: queueArn,
  awsRegion: region,
});

/**
 * One SQS event source: receives, invokes, and deletes what was handled. What failed stays in flight until its
 * visibility timeout, comes again, and after the queue's `maxReceiveCount` goes to the dead-letter queue.
 */
export class QueuePoller {
  readonly #mapping: QueueMapping;
  readonly #queues: QueueServer;
  readonly #target: Pick<FunctionPool, 'invoke'>;
  readonly #log: Pick<LogFile, 'write'>;
  readonly #batches = new Set<Promise<void>>();
  readonly #stopping = new AbortController();

  constructor(mapping: QueueMapping, queues: QueueServer, target: Pick<FunctionPool, 'invoke'>, log: Pick<LogFile, 'write'>) {
    this.#mapping = mapping;
    this.#queues = queues;
    this.#target = target;
    this.#log = log;
  }

  start(): void {
    void this.#poll(); // never rejects; a receive that waits at the end returns when the queue server stops
  }

  /** Whether nothing waits and no batch is under way. What failed and waits for its next turn does not count. */
  async isIdle(): Promise<boolean> {
    const request = { QueueUrl: this.#mapping.queueUrl, AttributeNames: [WAITING] };
    const { Attributes } = await this.#queues.call('GetQueueAttributes', request, Counts);
    return Attributes[WAITING] === 0 && this.#batches.size === 0;
  }

  /** Receives no more, and lets the batches under way finish. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await within(SETTLE_LIMIT_MS, Promise.all(this.#batches));
  }

  async #poll(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        const messages = await this.#receive();
        if (messages.length > 0 && !signal.aborted) await this.#dispatch(messages);
      } catch (error) {
        if (!signal.aborted) this.#report('receive', error);
        await pause(AFTER_ERROR_MS, signal);
      }
    }
  }

  async #receive(): Promise<readonly Message[]> {
    const { queueUrl, batchSize } = this.#mapping;
    const request = {
      QueueUrl: queueUrl,
      MaxNumberOfMessages: batchSize,
      WaitTimeSeconds: WAIT_SECONDS,
      AttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    };
    return (await this.#queues.call('ReceiveMessage', request, Received)).Messages;
  }

  /** Starts the batch, and waits only if as many are under way as may be. */
  async #dispatch(messages: readonly Message[]): Promise<void> {
    const batch = this.#process(messages)
      .catch((error: unknown) => this.#report('delete', error))
      .finally(() => this.#batches.delete(batch));
    this.#batches.add(batch);
    if (this.#batches.size >= this.#mapping.concurrency) await Promise.race(this.#batches);
  }

  async #process(messages: readonly Message[]): Promise<void> {
    const failed = await this.#invoke(messages);
    const handled = messages.filter(({ MessageId }) => !failed.has(MessageId));
    if (handled.length === 0) return;
    const Entries = handled.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await this.#delete({ QueueUrl: this.#mapping.queueUrl, Entries });
  }

  /** Tried again for a while, as AWS does: what was handled and stays keeps its FIFO group waiting, and then comes again. */
  async #delete(request: object): Promise<void> {
    const { signal } = this.#stopping;
    for (let triesLeft = DELETE_TRIES; ; triesLeft--) {
      try {
        await this.#queues.call('DeleteMessageBatch', request, z.unknown());
        return;
      } catch (error) {
        if (triesLeft <= 1 || signal.aborted) throw error;
        await pause(AFTER_ERROR_MS, signal);
      }
    }
  }

  /** The ids of the messages that failed: all of them if the function threw or its report names one we did not send. */
  async #invoke(messages: readonly Message[]): Promise<ReadonlySet<string>> {
    const all = new Set(messages.map(({ MessageId }) => MessageId));
    try {
      const result = await this.#target.invoke({ Records: messages.map((message) => recordOf(message, this.#mapping)) });
      if (!this.#mapping.reportsFailures) return new Set();
      const failed = Report.parse(result)?.batchItemFailures?.map(({ itemIdentifier }) => itemIdentifier) ?? [];
      return failed.every((id) => all.has(id)) ? new Set(failed) : all;
    } catch {
      return all; // the function's log has it
    }
  }

  #report(step: string, error: unknown): void {
    this.#log.write(`${JSON.stringify({ level: 'WARN', queue: this.#mapping.queueArn, step, message: String(error) })}\n`);
  }
}
