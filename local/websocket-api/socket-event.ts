import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { WebSocketApi } from './websocket-api.ts';

/** What events tell of a connection, from its handshake to its end. */
export interface Handshake {
  readonly connectionId: string;
  readonly connectedAt: number; // Unix ms
  readonly request: IncomingMessage;
  readonly url: URL;
}

type EventType = 'CONNECT' | 'MESSAGE' | 'DISCONNECT';
type Fields = Readonly<Record<string, unknown>>;

function contextOf(api: WebSocketApi, { connectionId, connectedAt, request }: Handshake, routeKey: string, eventType: EventType): Fields {
  const now = new Date();
  const requestId = randomUUID();
  return {
    routeKey, eventType, connectionId, connectedAt, requestId,
    extendedRequestId: requestId,
    messageDirection: 'IN',
    apiId: api.id,
    stage: api.stage,
    domainName: request.headers.host,
    requestTime: now.toUTCString(),
    requestTimeEpoch: now.getTime(),
    identity: { sourceIp: request.socket.remoteAddress ?? '127.0.0.1', userAgent: request.headers['user-agent'] ?? null },
  };
}

export function connectEvent(api: WebSocketApi, handshake: Handshake): Fields {
  const { request, url } = handshake;
  const query = Object.fromEntries(url.searchParams);
  return {
    headers: request.headers,
    queryStringParameters: url.searchParams.size > 0 ? query : null,
    requestContext: contextOf(api, handshake, '$connect', 'CONNECT'),
    isBase64Encoded: false,
  };
}

export const messageEvent = (api: WebSocketApi, handshake: Handshake, routeKey: string, data: Buffer, isBinary: boolean): Fields => ({
  requestContext: { ...contextOf(api, handshake, routeKey, 'MESSAGE'), messageId: randomUUID() },
  body: data.toString(isBinary ? 'base64' : 'utf8'),
  isBase64Encoded: isBinary,
});

export const disconnectEvent = (api: WebSocketApi, handshake: Handshake, code: number, reason: string): Fields => ({
  requestContext: {
    ...contextOf(api, handshake, '$disconnect', 'DISCONNECT'),
    disconnectStatusCode: code,
    disconnectReason: reason,
  },
  isBase64Encoded: false,
});

/** The route of a message: the value of its field if the API has a route of that name. */
export function routeKeyOf({ routeField, routes }: WebSocketApi, data: Buffer, isBinary: boolean): string {
  const value = isBinary ? undefined : fieldOf(data, routeField);
  return typeof value === 'string' && !value.startsWith('$') && routes.has(value) ? value : '$default';
}

function fieldOf(data: Buffer, field: string): unknown {
  try {
    return (JSON.parse(data.toString()) as Fields | null)?.[field];
  } catch {
    return undefined;
  }
}
