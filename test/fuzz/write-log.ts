import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { listenLocally } from '../../local/listen-locally.ts';
import { forward } from '../support/forward.ts';

type Item = Readonly<Record<string, { readonly S?: string }>>;
interface Write {
  readonly Item?: Item;
  readonly Key?: Item;
  readonly UpdateExpression?: string;
}
interface WriteRequest extends Write {
  readonly TransactItems?: readonly Readonly<Record<string, Write>>[];
  readonly RequestItems?: Readonly<Record<string, readonly Readonly<Record<string, Write>>[]>>;
}

const WRITES = /\.(PutItem|UpdateItem|DeleteItem|TransactWriteItems|BatchWriteItem)$/;
/**
 * What a refused request may write: its note that the `Idempotency-Key` is in use (and its removal), that a signature was
 * used, how much a session reported from outside, and the budget of number checks (taken, and given back).
 */
const BOOKKEEPING = /^(IDEM#|SIGNATURE#|S#\S+ (EVENTS$|CHECKS#))/;

/** Stands before a DynamoDB, passes everything on, and notes the key of each item that was written. */
export class WriteLog {
  readonly url: string;
  readonly #server: Server;
  #written: string[] = [];

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async start(target: string): Promise<WriteLog> {
    const server = createServer((incoming, outgoing) => {
      void pass(new URL(target), incoming).then(
        ({ status, headers, body, keys }) => {
          if (status === 200) log.#written.push(...keys);
          outgoing.writeHead(status, headers).end(body);
        },
        () => outgoing.destroy(),
      );
    });
    const log = new WriteLog(server, await listenLocally(server, 0));
    return log;
  }

  /** Since the last call; bookkeeping left out. */
  take(): readonly string[] {
    const written = this.#written.filter((key) => !BOOKKEEPING.test(key));
    this.#written = [];
    return written;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

async function pass(target: URL, incoming: IncomingMessage) {
  const body = await buffer(incoming);
  const isWrite = WRITES.test(String(incoming.headers['x-amz-target']));
  const keys = isWrite ? keysIn(JSON.parse(body.toString()) as WriteRequest) : [];
  return { ...(await forward(target, incoming, body)), keys };
}

function keysIn({ TransactItems = [], RequestItems = {}, ...write }: WriteRequest): string[] {
  const inBatch = Object.values(RequestItems).flat().flatMap((request) => Object.values(request));
  const inTransaction = TransactItems.flatMap((item) => Object.entries(item).flatMap(([kind, one]) => (kind === 'ConditionCheck' ? [] : [one])));
  return [write, ...inBatch, ...inTransaction].flatMap(({ Item: item, Key: key = item }) => (key ? [`${key['pk']?.S} ${key['sk']?.S}`] : []));
}
