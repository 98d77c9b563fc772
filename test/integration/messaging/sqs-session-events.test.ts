import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CreateQueueCommand } from '@aws-sdk/client-sqs';
import { sqsSessionEvents } from '../../../shared/adapters/sqs/sqs-session-events.ts';
import { SessionEventBatch } from '../../../shared/contracts/session-events.ts';
import { anId } from '../../support/builders/session.ts';
import { startQueues, type TestQueues } from '../../support/sqs.ts';

describe('sqsSessionEvents', () => {
  let queues: TestQueues;
  let queueUrl: string;
  beforeAll(async () => {
    queues = await startQueues();
    const { QueueUrl } = await queues.client.send(new CreateQueueCommand({ QueueName: 'events.fifo', Attributes: { FifoQueue: 'true' } }));
    queueUrl = QueueUrl ?? '';
  });
  afterAll(() => queues.stop());

  it.each(['Ça va? 你好', 'Danke 🎉👍🏽', 'half \ud83d of one', 'no character: \uffff \ufffe', 'bell \u0007 and null \u0000'])('carries %j', async (text) => {
    const sessionId = anId('ses');
    const at = new Date().toISOString();
    const batch: SessionEventBatch = {
      v: 1, workspaceId: anId('wsp'), sessionId, instanceId: anId('ins'), fencingToken: 1, sequence: '0000000001-0000000001',
      events: [{ type: 'message.edited', at, peer: '+4915112345678', wireId: 'AC1', author: null, text }],
    };
    await sqsSessionEvents(queues.client, queueUrl).send(batch);
    expect((await queues.drain(queueUrl)).map((body) => SessionEventBatch.parse(JSON.parse(body)))).toEqual([batch]);
  });
});
