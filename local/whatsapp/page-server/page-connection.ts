import type { WebSocket } from 'ws';
import type { Link } from '../accounts/account.ts';

const OPEN = 1;
/** A page that takes nothing in must not fill our memory; it gets what it missed when it reconnects. */
const MAX_BUFFERED_BYTES = 32 * 1024 * 1024;

/**
 * One page's socket. Messages and receipts are gathered and leave in one frame each when the turn's
 * transaction is committed; `onPending` asks for that.
 */
export class PageConnection {
  readonly #socket: WebSocket;
  readonly #onPending: (connection: PageConnection) => void;
  readonly build: string;
  link: Link | undefined; // set while logged in
  login = 0; // grows with every login of anybody: of two connections of a link the later one has the greater
  replacedOn: Link | undefined; // the link that a later connection took over from this one
  isSilent = false; // half-open: the socket stays, nothing gets through in either direction
  #items: string[] = [];
  #lastDelivery = 0;
  #receipts: [wireId: string, ...levels: number[]][] = [];
  #lastReceipt = 0;

  constructor(socket: WebSocket, build: string, onPending: (connection: PageConnection) => void) {
    this.#socket = socket;
    this.build = build;
    this.#onPending = onPending;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === OPEN;
  }

  get isReachable(): boolean {
    return this.isOpen && !this.isSilent && this.link !== undefined;
  }

  send(frame: Readonly<Record<string, unknown>>): void {
    this.#write(JSON.stringify(frame));
  }

  addItem(seq: number, item: string): void {
    this.#items.push(item);
    this.#lastDelivery = seq;
    this.#onPending(this);
  }

  /** `levels`: each ack level to show, in order. */
  addReceipt(wireId: string, levels: readonly number[], receiptNumber: number): void {
    this.#receipts.push([wireId, ...levels]);
    this.#lastReceipt = Math.max(this.#lastReceipt, receiptNumber);
    this.#onPending(this);
  }

  flush(): void {
    if (this.#items.length > 0) this.#write(`{"t":"m","s":${this.#lastDelivery},"m":[${this.#items.join(',')}]}`);
    if (this.#receipts.length > 0) this.send({ t: 'a', r: this.#lastReceipt, i: this.#receipts });
    this.#items = [];
    this.#receipts = [];
  }

  close(): void {
    this.#socket.close();
  }

  /** As a network does it: no goodbye. */
  drop(): void {
    this.#socket.terminate();
  }

  #write(text: string): void {
    if (!this.isOpen || this.isSilent) return;
    if (this.#socket.bufferedAmount > MAX_BUFFERED_BYTES) return this.drop();
    this.#socket.send(text);
  }
}
