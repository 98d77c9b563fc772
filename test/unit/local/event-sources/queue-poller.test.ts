import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { QueuePoller } from '../../../../local/event-sources/queue-poller.ts';
import { until } from '../../../../local/client/until.ts';

const MESSAGE = { MessageId: 'm1', ReceiptHandle: 'r1', Body: '{}', MD5OfBody: '' };
const MAPPING = {
  queueUrl: 'http://queue', queueArn: 'arn', region: 'eu-central-1', functionName: 'f', batchSize: 10, concurrency: 1, reportsFailures: false,
};

/** A queue with one message. Its first delete is lost on the way. */
class QueueWithLostDelete {
  readonly deletes: object[] = [];
  #isTaken = false;
  readonly #end = Promise.withResolvers<void>();

  async call(action: string, request: object): Promise<unknown> {
    if (action === 'DeleteMessageBatch') return this.#delete(request);
    if (this.#isTaken) await this.#end.promise;
    const Messages = this.#isTaken ? [] : [{ ...MESSAGE, Attributes: {}, MessageAttributes: {} }];
    this.#isTaken = true;
    return { Messages };
  }

  stop(): void {
    this.#end.resolve();
  }

  #delete(request: object): object {
    this.deletes.push(request);
    if (this.deletes.length === 1) throw new Error('fetch failed');
    return {};
  }
}

describe('QueuePoller', () => {
  let queue: QueueWithLostDelete;
  let poller: QueuePoller;
  let invocations = 0;

  beforeEach(() => {
    queue = new QueueWithLostDelete();
    const target = { invoke: async () => void (invocations += 1) };
    poller = new QueuePoller(MAPPING, queue as never, target, { write: () => undefined });
  });
  afterEach(async () => {
    queue.stop();
    await poller.stop();
  });

  it('deletes what was handled even if the queue is out of reach for a moment, and handles it once', async () => {
    poller.start();
    await until(async () => queue.deletes.length >= 2, { what: 'the second try' });
    expect(queue.deletes[1]).toEqual({ QueueUrl: 'http://queue', Entries: [{ Id: '0', ReceiptHandle: 'r1' }] });
    expect(invocations).toBe(1);
  });
});
