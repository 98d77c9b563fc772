import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from '@jest/globals';
import { ConflictRetryStrategy } from '../../../shared/adapters/conflict-retry.ts';

/** A DynamoDB that refuses with `errorName` as often as it is told, then accepts. */
async function serverRefusing(errorName: string, refusals: number) {
  let requests = 0;
  const server = createServer((incoming, outgoing) => {
    incoming.resume();
    requests += 1;
    const isRefused = requests <= refusals;
    const body = isRefused ? { __type: `com.amazonaws.dynamodb.v20120810#${errorName}`, message: 'again' } : {};
    outgoing.writeHead(isRefused ? 400 : 200, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests: () => requests, close: () => server.close() };
}

async function put(endpoint: string): Promise<unknown> {
  const client = new DynamoDBClient({
    endpoint, region: 'eu-central-1', credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    retryStrategy: new ConflictRetryStrategy(4),
  });
  return client.send(new PutItemCommand({ TableName: 't', Item: { pk: { S: 'a' } } })).finally(() => client.destroy());
}

describe('The retries of our DynamoDB client', () => {
  it('try again when two writers met on one item', async () => {
    const server = await serverRefusing('TransactionConflictException', 2);
    await put(server.endpoint);
    expect(server.requests()).toBe(3);
    server.close();
  });

  it('give up after their attempts', async () => {
    const server = await serverRefusing('TransactionConflictException', 9);
    await expect(put(server.endpoint)).rejects.toMatchObject({ name: 'TransactionConflictException' });
    expect(server.requests()).toBe(4);
    server.close();
  });

  it('do not repeat what a repeat cannot mend', async () => {
    const server = await serverRefusing('ConditionalCheckFailedException', 9);
    await expect(put(server.endpoint)).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
    expect(server.requests()).toBe(1);
    server.close();
  });
});
