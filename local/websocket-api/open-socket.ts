import { type RawData, WebSocket } from 'ws';
import type { Handshake } from './socket-event.ts';

export interface SocketLimits {
  /** Without a message in either direction. */
  readonly idleMs: number;
  readonly lifeMs: number;
}

/** API Gateway's. */
export const GATEWAY_LIMITS: SocketLimits = { idleMs: 10 * 60_000, lifeMs: 2 * 3_600_000 };

const MOST_WAITING_BYTES = 1024 * 1024; // for a client that does not read
const GOING_AWAY = 1001;
const CLOSING_LIMIT_MS = 1_000; // for the client's half of the closing

export interface SocketListener {
  onMessage(data: Buffer, isBinary: boolean): void;
  onClose(code: number, reason: string): void;
}

/** One client's open socket, ended when it is idle or old. */
export class OpenSocket {
  readonly handshake: Handshake;
  lastActiveAt = Date.now();
  readonly #socket: WebSocket;
  readonly #idle: NodeJS.Timeout;
  readonly #life: NodeJS.Timeout;

  constructor(socket: WebSocket, handshake: Handshake, listener: SocketListener, { idleMs, lifeMs }: SocketLimits) {
    this.handshake = handshake;
    this.#socket = socket;
    this.#idle = setTimeout(() => this.close(), idleMs);
    this.#life = setTimeout(() => this.close(), lifeMs);
    socket.on('message', (data: RawData, isBinary) => {
      this.#noteActivity();
      listener.onMessage(data as Buffer, isBinary); // a Buffer: the default of `binaryType`
    });
    socket.on('error', () => undefined); // 'close' follows
    socket.once('close', (code, reason) => {
      clearTimeout(this.#idle);
      clearTimeout(this.#life);
      listener.onClose(code, reason.toString());
    });
  }

  /** `false`: the client is gone, or has not read for so long that it is taken for gone. */
  send(data: Buffer | string): boolean {
    if (this.#socket.readyState !== WebSocket.OPEN) return false;
    if (this.#socket.bufferedAmount > MOST_WAITING_BYTES) {
      this.#socket.terminate();
      return false;
    }
    this.#noteActivity();
    this.#socket.send(data.toString());
    return true;
  }

  close(): void {
    this.#socket.close(GOING_AWAY, 'Going away');
    setTimeout(() => this.#socket.terminate(), CLOSING_LIMIT_MS).unref();
  }

  #noteActivity(): void {
    this.lastActiveAt = Date.now();
    this.#idle.refresh();
  }
}
