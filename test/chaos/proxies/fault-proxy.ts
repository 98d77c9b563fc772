import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { forward, type Forwarded } from '../../support/forward.ts';

/** A request on its way, as a rule sees it. */
export interface Passing {
  readonly request: IncomingMessage;
  readonly operation: string; // such as `SendMessageBatch`
  readonly body: Buffer;
  readonly port: number; // of the proxy
  /** Asks the server behind, with this body or another, as often as one likes. */
  forward(body?: Buffer, operation?: string): Promise<Forwarded>;
}

/** What becomes of it: an answer, or none and the connection breaks. `pass`: this rule lets it be. */
export type Verdict = Forwarded | 'break' | 'pass';

export type Rule = (passing: Passing) => Promise<Verdict> | Verdict;

/** Stands before an AWS emulator. Passes everything on but for what the rules in force say; the first that does not pass wins. */
export class FaultProxy {
  readonly #target: URL;
  readonly #server: Server;
  readonly #rules = new Set<Rule>();

  private constructor(target: string) {
    this.#target = new URL(target);
    this.#server = createServer((request, response) => void this.#handle(request, response));
  }

  static async start(target: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Puts a rule in force. The answer ends it. */
  impose(rule: Rule): () => void {
    this.#rules.add(rule);
    return () => void this.#rules.delete(rule);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const answer = await this.#answer(request);
      if (answer === 'break') response.destroy();
      else response.writeHead(answer.status, answer.headers).end(answer.body);
    } catch {
      response.destroy(); // the caller went away, or the server behind did
    }
  }

  async #answer(request: IncomingMessage): Promise<Forwarded | 'break'> {
    const body = await buffer(request);
    const passing: Passing = {
      request,
      operation: String(request.headers['x-amz-target'] ?? '').split('.').at(-1) ?? '',
      body,
      port: this.port,
      forward: (other = body, operation) => forward(this.#target, as(request, operation), other),
    };
    for (const rule of this.#rules) {
      const verdict = await rule(passing);
      if (verdict !== 'pass') return verdict;
    }
    return passing.forward();
  }
}

/** The request as one for another operation of the same service. */
function as({ method, url, headers }: IncomingMessage, operation?: string): Pick<IncomingMessage, 'method' | 'url' | 'headers'> {
  if (operation === undefined) return { method, url, headers };
  const service = String(headers['x-amz-target']).split('.')[0];
  return { method, url, headers: { ...headers, 'x-amz-target': `${service}.${operation}` } };
}
