import { CreateQueueCommand, DeleteMessageBatchCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient, type Message } from '@aws-sdk/client-sqs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { limitedTo, oneProcess, theControlPlane, theFleet } from '../../chaos/proxies/callers.ts';
import { FaultProxy, type Rule } from '../../chaos/proxies/fault-proxy.ts';
import { cut, hang, loseAnswers, throttle } from '../../chaos/proxies/outages.ts';
import { duplicates, redelivery } from '../../chaos/proxies/queue-mischief.ts';
import { startQueues, type TestQueues } from '../../support/sqs.ts';

const ALWAYS = () => 0;
const BROKEN = /hang up|ECONNRESET/;
const FIFO = { FifoQueue: 'true', DeduplicationScope: 'messageGroup', FifoThroughputLimit: 'perMessageGroupId' };

describe('The proxies of the chaos suite', () => {
  let queues: TestQueues;
  let proxy: FaultProxy;
  let sqs: SQSClient;
  let queueUrl = '';
  let lift = () => undefined as void;
  let made = 0;

  beforeAll(async () => {
    queues = await startQueues();
    proxy = await FaultProxy.start(queues.endpoint);
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    sqs = new SQSClient({ endpoint: proxy.url, region: 'us-east-1', credentials, useQueueUrlAsEndpoint: false, maxAttempts: 1 });
  });
  afterEach(() => lift());
  afterAll(async () => {
    sqs.destroy();
    await proxy.stop();
    await queues.stop();
  });

  const impose = (rule: Rule) => {
    lift = proxy.impose(rule);
  };
  const newQueue = async () => {
    made += 1;
    queueUrl = (await sqs.send(new CreateQueueCommand({ QueueName: `q${made}.fifo`, Attributes: FIFO }))).QueueUrl ?? '';
  };
  const send = (MessageBody: string) =>
    sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody, MessageGroupId: 'a', MessageDeduplicationId: MessageBody }));
  const receive = async (): Promise<Message | undefined> =>
    (await sqs.send(new ReceiveMessageCommand({ QueueUrl: queueUrl, WaitTimeSeconds: 10 }))).Messages?.[0];
  const drop = ({ ReceiptHandle }: Message) =>
    sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries: [{ Id: '0', ReceiptHandle }] }));

  it('pass everything on when nothing is imposed', async () => {
    await newQueue();
    await send('as ever');
    expect((await receive())?.Body).toBe('as ever');
  });

  it('cut connections, and let them be afterwards', async () => {
    await newQueue();
    impose(cut);
    await expect(send('never')).rejects.toThrow(BROKEN);
    lift();
    await send('after');
    expect((await receive())?.Body).toBe('after');
  });

  it('hang until the end', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    impose(hang(promise));
    let hasEnded = false;
    const sending = send('waits').catch(() => undefined).finally(() => { hasEnded = true; });
    await new Promise(setImmediate);
    expect(hasEnded).toBe(false);
    resolve();
    await sending;
  });

  it('do what they are told and lose the answer', async () => {
    await newQueue();
    impose(loseAnswers);
    await expect(send('done')).rejects.toThrow(BROKEN);
    lift();
    expect((await receive())?.Body).toBe('done');
  });

  it('throttle as AWS does', async () => {
    impose(throttle('com.amazonaws.sqs#ThrottlingException', ALWAYS));
    await expect(send('too many')).rejects.toMatchObject({ name: 'ThrottlingException' });
  });

  it('send a second time what a FIFO queue would take for a repeat', async () => {
    await newQueue();
    impose(duplicates(ALWAYS));
    await send('twice');
    const first = await receive();
    await drop(first!);
    expect([first?.Body, (await receive())?.Body]).toEqual(['twice', 'twice']);
  });

  it('put back what was handled', async () => {
    await newQueue();
    await send('again');
    impose(redelivery(ALWAYS));
    await drop((await receive())!);
    lift();
    expect((await receive())?.Body).toBe('again');
  });

  it('know functions from the fleet, and one process from all others', async () => {
    await newQueue();
    impose(limitedTo(theFleet, cut));
    await expect(send('from an SDK outside of Lambda')).rejects.toThrow(BROKEN);
    lift();
    impose(limitedTo(theControlPlane, cut));
    await send('from the fleet');
    lift();
    impose(limitedTo(oneProcess(process.pid), cut));
    await expect(send('from here')).rejects.toThrow(BROKEN);
    const elsewhere = spawn(process.execPath, ['-e', `fetch('${proxy.url}').then(() => process.exit(0), () => process.exit(1))`]);
    expect(await once(elsewhere, 'exit')).toEqual([0, null]);
  });
});
