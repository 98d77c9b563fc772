import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { DeleteMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { documentClient, sqsClient } from '../../../shared/adapters/clients.ts';

const TEST_MS = 20_000;

describe('Our SDK clients', () => {
  const before = { ...process.env };
  let server: Server;
  let requests: number;

  /** Takes the first request and never answers it; answers all others. */
  beforeEach(async () => {
    requests = 0;
    server = createServer((incoming, outgoing) => {
      requests += 1;
      incoming.resume();
      if (requests > 1) outgoing.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end('{}');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    Object.assign(process.env, { AWS_ENDPOINT_URL: endpoint, AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' });
  });
  afterEach(() => {
    process.env = before;
    server.closeAllConnections();
    server.close();
  });

  it('do not wait for ever for a table that does not answer, but ask again', async () => {
    const client = documentClient();
    await client.send(new GetCommand({ TableName: 't', Key: { pk: 'a' } }));
    expect(requests).toBe(2);
    client.destroy();
  }, TEST_MS);

  it('do not wait for ever for a queue that does not answer, but ask again', async () => {
    const client = sqsClient();
    await client.send(new DeleteMessageCommand({ QueueUrl: 'https://sqs.eu-central-1.amazonaws.com/1/q', ReceiptHandle: 'x' }));
    expect(requests).toBe(2);
    client.destroy();
  }, TEST_MS);
});
