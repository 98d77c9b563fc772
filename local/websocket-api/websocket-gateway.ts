import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import pLimit from 'p-limit';
import { type WebSocket, WebSocketServer } from 'ws';
import * as z from 'zod';
import { pause } from '../children/backoff.ts';
import { FunctionError } from '../functions/function-error.ts';
import type { Functions } from '../functions/functions.ts';
import { listenLocally } from '../listen-locally.ts';
import { manageConnection } from './management.ts';
import { GATEWAY_LIMITS, OpenSocket, type SocketLimits } from './open-socket.ts';
import { connectEvent, disconnectEvent, type Handshake, messageEvent, routeKeyOf } from './socket-event.ts';
import type { WebSocketApi } from './websocket-api.ts';

const MOST_MESSAGE_BYTES = 128 * 1024;
const DISCONNECT_LIMIT_MS = 5_000; // for the functions that hear of the end
/** A crowd that leaves at once must not keep those out who come. */
const GOODBYES_AT_ONCE = 32;
const END_CHECK_MS = 10;
const Verdict = z.object({ statusCode: z.int() });

const newConnectionId = (): string => `${randomBytes(11).toString('base64url')}=`; // looks like API Gateway's

/** The WebSocket API of the template on 127.0.0.1: its routes go to functions, which post back over HTTP. */
export class WebSocketGateway {
  readonly #api: WebSocketApi;
  readonly #limits: SocketLimits;
  readonly #server: Server;
  readonly #sockets = new Map<string, OpenSocket>();
  readonly #ending = new Set<Promise<unknown>>();
  readonly #goodbyes = pLimit(GOODBYES_AT_ONCE);
  readonly #upgrades = new WebSocketServer({ noServer: true, maxPayload: MOST_MESSAGE_BYTES });
  readonly #port: number;
  #functions: Functions | undefined;

  private constructor(api: WebSocketApi, server: Server, port: number, limits: SocketLimits) {
    this.#api = api;
    this.#limits = limits;
    this.#server = server;
    this.#port = port;
    server.on('request', (request, response) => void manageConnection(request, response, api.stage, (id) => this.#sockets.get(id)));
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => void this.#connect(request, socket, head));
  }

  static async listen(api: WebSocketApi, limits: SocketLimits = GATEWAY_LIMITS): Promise<WebSocketGateway> {
    const server = createServer();
    return new WebSocketGateway(api, server, await listenLocally(server, 0), limits);
  }

  /** For clients. */
  get url(): string {
    return `ws://127.0.0.1:${this.#port}/${this.#api.stage}`;
  }

  /** For those who post to clients. */
  get callbackUrl(): string {
    return `http://127.0.0.1:${this.#port}/${this.#api.stage}`;
  }

  /** Until then connections are refused. */
  serve(functions: Functions): void {
    this.#functions = functions;
  }

  /** Takes no more clients, sends those there are away, and lets the functions hear of it. Posts are still answered. */
  async closeSockets(): Promise<void> {
    this.#functions = undefined;
    for (const socket of this.#sockets.values()) socket.close();
    const deadline = AbortSignal.timeout(DISCONNECT_LIMIT_MS);
    while ((this.#sockets.size > 0 || this.#ending.size > 0) && !deadline.aborted) await pause(END_CHECK_MS, deadline);
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    for (const client of this.#upgrades.clients) client.terminate();
    await closed;
  }

  async #connect(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    const functions = this.#functions;
    const url = URL.parse(`http://localhost${request.url}`);
    if (!functions) return refuse(socket, 503);
    if (url?.pathname.replace(/\/$/, '') !== `/${this.#api.stage}`) return refuse(socket, 403);
    const handshake = { connectionId: newConnectionId(), connectedAt: Date.now(), request, url };
    const status = await this.#ask(functions, handshake);
    if (status < 200 || status > 299) return refuse(socket, status);
    if (socket.destroyed) return this.#tellEnd(functions, handshake, 1006, 'Gone before it was connected');
    this.#upgrades.handleUpgrade(request, socket, head, (client) => this.#open(functions, client, handshake));
  }

  async #ask(functions: Functions, handshake: Handshake): Promise<number> {
    try {
      const arn = this.#api.routes.get('$connect');
      return arn === undefined ? 200 : Verdict.parse(await functions.get(arn).invoke(connectEvent(this.#api, handshake))).statusCode;
    } catch (error) {
      return error instanceof FunctionError && error.kind === 'throttled' ? 429 : 502; // the function's log has it
    }
  }

  #open(functions: Functions, client: WebSocket, handshake: Handshake): void {
    const { connectionId } = handshake;
    const listener = {
      onMessage: (data: Buffer, isBinary: boolean) => void this.#onMessage(functions, handshake, data, isBinary),
      onClose: (code: number, reason: string) => {
        this.#sockets.delete(connectionId);
        this.#tellEnd(functions, handshake, code, reason);
      },
    };
    this.#sockets.set(connectionId, new OpenSocket(client, handshake, listener, this.#limits));
  }

  /** Messages of one client run side by side, as on API Gateway. */
  async #onMessage(functions: Functions, handshake: Handshake, data: Buffer, isBinary: boolean): Promise<void> {
    const { connectionId } = handshake;
    const routeKey = routeKeyOf(this.#api, data, isBinary);
    try {
      const arn = this.#api.routes.get(routeKey);
      if (arn === undefined) return void this.#sockets.get(connectionId)?.send(JSON.stringify({ message: 'Forbidden', connectionId }));
      await functions.get(arn).invoke(messageEvent(this.#api, handshake, routeKey, data, isBinary));
    } catch {
      this.#sockets.get(connectionId)?.send(JSON.stringify({ message: 'Internal server error', connectionId }));
    }
  }

  /** As on AWS, whether the function hears it is a matter of luck. */
  #tellEnd(functions: Functions, handshake: Handshake, code: number, reason: string): void {
    const arn = this.#api.routes.get('$disconnect');
    if (arn === undefined) return;
    const told = this.#goodbyes(() => functions.get(arn).invoke(disconnectEvent(this.#api, handshake, code, reason)))
      .catch(() => undefined)
      .finally(() => this.#ending.delete(told));
    this.#ending.add(told);
  }
}

function refuse(socket: Duplex, status: number): void {
  const body = JSON.stringify({ message: STATUS_CODES[status] ?? 'Refused' });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
