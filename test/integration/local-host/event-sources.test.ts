import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../../../local/client/until.ts';
import { EventSources } from '../../../local/event-sources/event-sources.ts';
import { queueMappings } from '../../../local/event-sources/queue-mappings.ts';
import { createQueues } from '../../../local/queues/create-queues.ts';
import { QueueServer } from '../../../local/queues/queue-server.ts';
import { deployFixture, type DeployedFixture } from './fixtures/deployed-fixture.ts';

interface Seen {
  readonly id: string;
  readonly count: number; // of times received
  readonly group?: string;
  readonly eventSource: string;
}

describe('an SQS event source', () => {
  let server: QueueServer;
  let fixture: DeployedFixture;
  let sources: EventSources;
  let client: SQSClient;
  let out: string;

  const url = (name: string): string => `${server.endpoint}/000000000000/names-${name}`;
  const seen = async (): Promise<Seen[]> =>
    (await readFile(out, 'utf8').catch(() => '')).split('\n').filter(Boolean).map((line) => JSON.parse(line) as Seen);
  const untilSeen = (id: string, count = 1): Promise<Seen> =>
    until(async () => (await seen()).find((it) => it.id === id && it.count === count), { what: `${id} to arrive` });

  const send = (queue: string, id: string, more: object = {}, group?: string) =>
    client.send(
      new SendMessageCommand({
        QueueUrl: url(queue),
        MessageBody: JSON.stringify({ out, id, ...more }),
        ...(group !== undefined && { MessageGroupId: group, MessageDeduplicationId: id }),
      }),
    );

  beforeAll(async () => {
    server = await QueueServer.start('eu-west-1');
    fixture = await deployFixture(server.endpoint);
    out = join(fixture.folder, 'seen.jsonl');
    client = new SQSClient({
      endpoint: server.endpoint,
      region: 'eu-west-1',
      useQueueUrlAsEndpoint: false,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    await createQueues(fixture.deployment, server);
    sources = new EventSources(queueMappings(fixture.deployment), server, fixture.functions, fixture.log);
    sources.start();
  });
  afterAll(async () => {
    await sources.stop();
    await server.stop();
    client.destroy();
    await fixture.close();
  });

  const waiting = async (queue: string): Promise<number> => {
    const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
    const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl: url(queue), AttributeNames: [...AttributeNames] }));
    return AttributeNames.reduce((sum, name) => sum + Number(Attributes?.[name]), 0);
  };

  it('feeds messages to its function and deletes them', async () => {
    await send('Jobs', 'plain');
    expect(await untilSeen('plain')).toMatchObject({ count: 1, eventSource: 'aws:sqs' });
    await until(async () => (await waiting('Jobs')) === 0, { what: 'the queue to be empty' });
  });

  it.each([true, 'throw'])('tries a failed message again, then moves it to the dead-letter queue (fails: %s)', async (fails) => {
    const id = `poison-${fails}`;
    await send('Jobs', id, { fails });
    await untilSeen(id, 2);
    const dead = await until(async () => {
      const receive = new ReceiveMessageCommand({ QueueUrl: url('Dead'), WaitTimeSeconds: 1 });
      return (await client.send(receive)).Messages?.[0]?.Body;
    }, { what: 'the dead letter' });
    expect(JSON.parse(dead)).toMatchObject({ id });
    expect((await seen()).filter((it) => it.id === id)).toHaveLength(2);
  });

  it('keeps the order of each FIFO group', async () => {
    const ids = Array.from({ length: 12 }, (_, index) => `${index % 2 === 0 ? 'a' : 'b'}-${index}`);
    for (const id of ids) await send('Events.fifo', id, {}, id.charAt(0));
    await Promise.all(ids.map((id) => untilSeen(id)));
    const arrived = (await seen()).filter(({ group }) => group !== undefined);
    for (const group of ['a', 'b']) {
      const ofGroup = (id: string): boolean => id.startsWith(group);
      expect(arrived.map(({ id }) => id).filter(ofGroup)).toEqual(ids.filter(ofGroup));
    }
  });

  it('is drained once nothing waits', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, index) => send('Jobs', `last-${index}`)));
    await sources.drain(10_000);
    expect((await seen()).filter(({ id }) => id.startsWith('last-'))).toHaveLength(20);
  });
});
