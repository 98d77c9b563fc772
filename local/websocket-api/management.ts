import type { IncomingMessage, ServerResponse } from 'node:http';
import type { OpenSocket } from './open-socket.ts';

const PATH = /^\/([^/]+)\/@connections\/([^/?]+)$/;
const MOST_BYTES = 128 * 1024;

class Refusal extends Error {
  readonly status: number;
  readonly type: string;

  constructor(status: number, type: string) {
    super(type);
    this.status = status;
    this.type = type;
  }
}

/** Answers `POST`, `GET` and `DELETE /<stage>/@connections/<id>` as the management API of API Gateway does. */
export async function manageConnection(
  request: IncomingMessage,
  response: ServerResponse,
  stage: string,
  find: (connectionId: string) => OpenSocket | undefined,
): Promise<void> {
  try {
    const body = await readBody(request);
    const [, ofStage, id = ''] = PATH.exec(request.url ?? '') ?? [];
    if (ofStage !== stage) throw new Refusal(403, 'ForbiddenException');
    const socket = find(decodeURIComponent(id));
    if (!socket) throw new Refusal(410, 'GoneException');
    const [status, answer] = act(request.method ?? '', socket, body);
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(answer && JSON.stringify(answer));
  } catch (error) {
    const { status, type } = error instanceof Refusal ? error : new Refusal(500, 'InternalServerException');
    response.writeHead(status, { 'Content-Type': 'application/json', 'x-amzn-ErrorType': type }).end(JSON.stringify({ message: type }));
  }
}

function act(method: string, socket: OpenSocket, body: Buffer): [status: number, answer?: object] {
  switch (method) {
    case 'POST':
      if (!socket.send(body)) throw new Refusal(410, 'GoneException');
      return [200];
    case 'GET': {
      const { connectedAt, request } = socket.handshake;
      const identity = { sourceIp: request.socket.remoteAddress, userAgent: request.headers['user-agent'] };
      return [200, { connectedAt: new Date(connectedAt).toISOString(), lastActiveAt: new Date(socket.lastActiveAt).toISOString(), identity }];
    }
    case 'DELETE':
      socket.close();
      return [204];
    default:
      throw new Refusal(403, 'ForbiddenException');
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MOST_BYTES) chunks.push(chunk);
  }
  if (size > MOST_BYTES) throw new Refusal(413, 'PayloadTooLargeException');
  return Buffer.concat(chunks);
}
