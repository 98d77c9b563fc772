import { readFile } from 'node:fs/promises';
import { ApiGatewayManagementApiClient, DeleteConnectionCommand, GetConnectionCommand, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { until } from '../../../local/client/until.ts';
import type { SocketLimits } from '../../../local/websocket-api/open-socket.ts';
import { readWebSocketApi, type WebSocketApi } from '../../../local/websocket-api/websocket-api.ts';
import { WebSocketGateway } from '../../../local/websocket-api/websocket-gateway.ts';
import { deployFixture, type DeployedFixture } from './fixtures/deployed-fixture.ts';

interface SocketEvent {
  readonly requestContext: { readonly connectionId: string; readonly routeKey: string; readonly eventType: string; readonly disconnectStatusCode?: number };
  readonly queryStringParameters?: Record<string, string>;
  readonly body?: string;
  readonly isBase64Encoded: boolean;
}

interface Client {
  readonly socket: WebSocket;
  readonly received: string[];
  /** The code it was closed with, or the status it was refused with. */
  readonly ended: Promise<number>;
}

describe('the WebSocket gateway', () => {
  let fixture: DeployedFixture;
  let api: WebSocketApi;
  let gateway: WebSocketGateway;
  let sdk: ApiGatewayManagementApiClient;
  const clients: Client[] = [];

  async function serve(limits?: SocketLimits): Promise<WebSocketGateway> {
    const serving = await WebSocketGateway.listen(api, limits);
    serving.serve(fixture.functions);
    return serving;
  }
  function open(to: WebSocketGateway = gateway, query = '?token=good'): Client {
    const socket = new WebSocket(`${to.url}${query}`);
    const received: string[] = [];
    socket.on('message', (data: Buffer) => received.push(data.toString()));
    socket.on('error', () => undefined);
    const ended = new Promise<number>((resolve) => {
      socket.once('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
      socket.once('close', resolve);
    });
    const client = { socket, received, ended };
    clients.push(client);
    return client;
  }
  const opened = async (client: Client): Promise<Client> => {
    await until(async () => client.socket.readyState === WebSocket.OPEN, { what: 'the socket to open', everyMs: 5 });
    return client;
  };
  async function heard(fits: (event: SocketEvent) => boolean): Promise<SocketEvent> {
    return until(
      async () => {
        const lines = (await readFile(fixture.log.path, 'utf8')).split('\n').filter((line) => line.startsWith('socket '));
        return lines.map((line) => JSON.parse(line.slice('socket '.length)) as SocketEvent).findLast(fits);
      },
      { what: 'the function to hear of it', everyMs: 10 },
    );
  }
  /** The connection of a client, by a message of its own. */
  async function idOf({ socket }: Client): Promise<string> {
    const mark = `mark ${Math.random()}`;
    socket.send(mark);
    return (await heard(({ body }) => body === mark)).requestContext.connectionId;
  }

  beforeAll(async () => {
    fixture = await deployFixture();
    api = readWebSocketApi(fixture.deployment)!;
    gateway = await serve();
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    sdk = new ApiGatewayManagementApiClient({ endpoint: gateway.callbackUrl, region: 'eu-central-1', credentials });
  });
  afterEach(() => clients.splice(0).forEach(({ socket }) => socket.terminate()));
  afterAll(async () => {
    sdk.destroy();
    await gateway.stop();
    await fixture.close();
  });

  it('connects whom the function behind $connect lets in, and tells it the query', async () => {
    const id = await idOf(await opened(open(gateway, '?token=good&since=evt_1')));
    const event = await heard(({ requestContext }) => requestContext.connectionId === id && requestContext.eventType === 'CONNECT');
    expect(event).toMatchObject({ queryStringParameters: { token: 'good', since: 'evt_1' }, requestContext: { routeKey: '$connect', stage: 'live' } });
  });

  it.each([
    { query: '?token=bad', status: 401 },
    { query: '', status: 401 },
    { query: '?token=broken', status: 502 },
  ])('refuses with $status at $query', async ({ query, status }) => {
    expect(await open(gateway, query).ended).toBe(status);
  });

  it('has nothing at another path', async () => {
    const socket = new WebSocket(gateway.url.replace('/live', '/other?token=good'));
    const status = await new Promise((resolve) => {
      socket.on('error', () => undefined).once('unexpected-response', (_request, response) => resolve(response.statusCode));
    });
    expect(status).toBe(403);
  });

  it.each([
    { message: '{"action":"shout"}', routeKey: 'shout' },
    { message: '{"action":"whisper"}', routeKey: '$default' },
    { message: '{"action":"$connect"}', routeKey: '$default' },
    { message: 'no JSON', routeKey: '$default' },
  ])('takes $message to $routeKey', async ({ message, routeKey }) => {
    const client = await opened(open());
    client.socket.send(message);
    expect(await heard(({ body }) => body === message)).toMatchObject({ requestContext: { routeKey, eventType: 'MESSAGE' }, isBase64Encoded: false });
  });

  it('hands binary messages on as base64', async () => {
    (await opened(open())).socket.send(Buffer.from([1, 2, 3]));
    expect(await heard(({ body }) => body === 'AQID')).toMatchObject({ isBase64Encoded: true });
  });

  it('tells the client when the function fails', async () => {
    const client = await opened(open());
    client.socket.send('fail');
    await until(async () => client.received.length > 0, { what: 'the answer', everyMs: 5 });
    expect(JSON.parse(client.received[0] ?? '')).toMatchObject({ message: 'Internal server error' });
  });

  it('lets the SDK post, look and close', async () => {
    const client = await opened(open());
    const ConnectionId = await idOf(client);
    for (const Data of ['one', '{"n":2}', 'dré']) await sdk.send(new PostToConnectionCommand({ ConnectionId, Data }));
    await until(async () => client.received.length === 3, { what: 'the posts', everyMs: 5 });
    expect(client.received).toEqual(['one', '{"n":2}', 'dré']);
    expect(await sdk.send(new GetConnectionCommand({ ConnectionId }))).toMatchObject({ ConnectedAt: expect.any(Date), LastActiveAt: expect.any(Date) });
    await sdk.send(new DeleteConnectionCommand({ ConnectionId }));
    expect(await client.ended).toBe(1001);
  });

  it('answers a post to who has gone, or never was, with GoneException', async () => {
    const client = await opened(open());
    const ConnectionId = await idOf(client);
    client.socket.terminate();
    await heard(({ requestContext }) => requestContext.connectionId === ConnectionId && requestContext.eventType === 'DISCONNECT');
    for (const gone of [ConnectionId, 'never-was=']) {
      await expect(sdk.send(new PostToConnectionCommand({ ConnectionId: gone, Data: 'x' }))).rejects.toMatchObject({ name: 'GoneException' });
    }
  });

  it('refuses a post over 128 KB', async () => {
    const ConnectionId = await idOf(await opened(open()));
    const post = new PostToConnectionCommand({ ConnectionId, Data: 'x'.repeat(128 * 1024 + 1) });
    await expect(sdk.send(post)).rejects.toMatchObject({ name: 'PayloadTooLargeException' });
  });

  it('ends a client that sends more than 128 KB', async () => {
    const client = await opened(open());
    client.socket.send('x'.repeat(128 * 1024 + 1));
    expect(await client.ended).toBe(1009);
  });

  it.each([
    { limits: { idleMs: 40, lifeMs: 60_000 }, why: 'idle' },
    { limits: { idleMs: 60_000, lifeMs: 40 }, why: 'old' },
  ])('ends a connection that is $why', async ({ limits }) => {
    const own = await serve(limits);
    expect(await open(own).ended).toBe(1001);
    await own.stop();
  });

  it('at its end sends everybody away, has the function hear of it, and takes nobody more', async () => {
    const own = await serve();
    const client = await opened(open(own));
    const id = await idOf(client);
    await own.closeSockets();
    expect(await client.ended).toBe(1001);
    expect(await heard(({ requestContext }) => requestContext.connectionId === id && requestContext.eventType === 'DISCONNECT')).toMatchObject({
      requestContext: { disconnectStatusCode: 1001 },
    });
    expect(await open(own).ended).toBe(503);
    await own.stop();
  });
});
