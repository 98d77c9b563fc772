import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { forward } from '../support/forward.ts';

interface Capacity {
  readonly CapacityUnits?: number;
  readonly ReadCapacityUnits?: number;
  readonly WriteCapacityUnits?: number;
}

const READS = /\.(GetItem|BatchGetItem|Query|Scan|TransactGetItems)$/;

/** What went through since the last `reset`. */
export interface Counted {
  /** Requests by operation, such as `TransactWriteItems`. */
  readonly requests: Map<string, number>;
  writeUnits: number;
  readUnits: number;
}

/**
 * Stands before an AWS JSON emulator, passes everything on and counts. DynamoDB requests get
 * `ReturnConsumedCapacity` on their way, so that the units are those the server itself reports.
 */
export class CountingProxy {
  counted: Counted = { requests: new Map(), writeUnits: 0, readUnits: 0 };
  readonly #target: URL;
  readonly #server: Server;

  private constructor(target: string) {
    this.#target = new URL(target);
    this.#server = createServer((incoming, outgoing) => {
      void this.#pass(incoming).then(
        ({ status, headers, body }) => outgoing.writeHead(status, headers).end(body),
        () => outgoing.destroy(),
      );
    });
  }

  static async start(target: string): Promise<CountingProxy> {
    const proxy = new CountingProxy(target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  reset(): void {
    this.counted = { requests: new Map(), writeUnits: 0, readUnits: 0 };
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #pass(incoming: IncomingMessage) {
    const operation = String(incoming.headers['x-amz-target'] ?? '');
    const isDynamo = operation.startsWith('DynamoDB_');
    const body = await buffer(incoming);
    const sent = isDynamo ? withCapacity(body) : body;
    const answer = await forward(this.#target, incoming, sent);
    this.#count(operation, isDynamo ? answer.body : undefined);
    return answer;
  }

  #count(operation: string, body: Buffer | undefined): void {
    const name = operation.split('.').at(-1) ?? operation;
    const { requests } = this.counted;
    requests.set(name, (requests.get(name) ?? 0) + 1);
    if (body === undefined) return;
    for (const capacity of capacitiesIn(body)) this.#add(operation, capacity);
  }

  #add(operation: string, capacity: Capacity): void {
    const { WriteCapacityUnits: write, ReadCapacityUnits: read, CapacityUnits: units = 0 } = capacity;
    if (READS.test(operation)) this.counted.readUnits += read ?? units;
    else this.counted.writeUnits += write ?? units;
  }
}

function withCapacity(body: Buffer): Buffer {
  const request = JSON.parse(body.toString('utf8')) as Record<string, unknown>;
  return Buffer.from(JSON.stringify({ ...request, ReturnConsumedCapacity: 'TOTAL' }));
}

function capacitiesIn(body: Buffer): readonly Capacity[] {
  const { ConsumedCapacity: found } = JSON.parse(body.toString('utf8')) as { ConsumedCapacity?: Capacity | Capacity[] };
  return found === undefined ? [] : [found].flat();
}
