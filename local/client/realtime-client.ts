import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { PublicEvent } from '../../shared/contracts/public-event.ts';
import type { EventKind, Push, ServerReply } from '../../shared/contracts/realtime.ts';
import { until } from './until.ts';

export interface Arrived extends Push {
  readonly atMs: number; // Unix ms, when it came
}

/** A client of the WebSocket API that writes down all it gets. */
export class RealtimeClient {
  readonly replies: ServerReply[] = [];
  readonly pushes: Arrived[] = [];
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('error', () => undefined); // 'close' tells
    socket.on('message', (data: Buffer) => this.#note(JSON.parse(data.toString()) as Push | ServerReply));
  }

  /** Rejects with the server's status if it does not let us in. */
  static async connect(url: string, query: Readonly<Record<string, string>>): Promise<RealtimeClient> {
    const socket = new WebSocket(`${url}?${new URLSearchParams(query).toString()}`);
    const client = new RealtimeClient(socket);
    const refused = new Promise<never>((_, reject) => {
      socket.once('unexpected-response', (_request, response) => {
        socket.terminate();
        reject(new Error(`refused with ${response.statusCode}`));
      });
      socket.once('error', reject);
    });
    await Promise.race([once(socket, 'open'), refused]);
    return client;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  get events(): readonly PublicEvent[] {
    return this.pushes.map(({ event }) => event);
  }

  ofKind(kind: EventKind): readonly PublicEvent[] {
    return this.pushes.filter((push) => push.kind === kind).map(({ event }) => event);
  }

  send(message: unknown): void {
    this.#socket.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message));
  }

  /** Sends a message and waits for the reply to it, which must be the next one. */
  async ask(message: unknown): Promise<ServerReply> {
    const before = this.replies.length;
    this.send(message);
    return until(async () => this.replies[before], { what: 'a reply', everyMs: 5 });
  }

  /** Waits for the first event that fits. */
  event(fits: (event: PublicEvent) => boolean, what: string, timeoutMs = 30_000): Promise<PublicEvent> {
    return until(async () => this.events.find(fits), { what, timeoutMs, everyMs: 20 });
  }

  async close(): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    await closed;
  }

  /** Ends it without a word, as a lost network does. */
  terminate(): void {
    this.#socket.terminate();
  }

  closed(): Promise<unknown> {
    return this.#socket.readyState === WebSocket.CLOSED ? Promise.resolve() : once(this.#socket, 'close');
  }

  #note(message: Push | ServerReply): void {
    if ('type' in message) this.replies.push(message);
    else this.pushes.push({ ...message, atMs: Date.now() });
  }
}
