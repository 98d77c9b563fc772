import type { AddressInfo } from 'node:net';
import { buildApp } from 'fauxqs';
import type * as z from 'zod';

const CALL_LIMIT_MS = 60_000; // longer than any long poll
const MEDIA_TYPE = 'application/x-amz-json-1.0';

interface Answer {
  readonly status: number;
  readonly body: string;
}

interface Connection {
  post(headers: Record<string, string>, body: string): Promise<Answer>;
  close(): Promise<void>;
}

/** An SQS server: one of our own, or one that runs elsewhere. */
export class QueueServer {
  readonly endpoint: string;
  readonly #connection: Connection;

  private constructor(endpoint: string, connection: Connection) {
    this.endpoint = endpoint;
    this.#connection = connection;
  }

  /**
   * SQS in this process and in memory: what was in a queue at the end is put back from the tables at the next start.
   *
   * @param region the one its queues' ARNs carry
   */
  static async start(region: string): Promise<QueueServer> {
    const app = buildApp({ logger: false, defaultRegion: region });
    await app.listen({ host: '127.0.0.1', port: 0 });
    return new QueueServer(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`, {
      async post(headers, payload) {
        const response = await app.inject({ method: 'POST', url: '/', headers, payload }); // without going through the network
        return { status: response.statusCode, body: response.body };
      },
      close: () => app.close(),
    });
  }

  /** A server that somebody else started. */
  static connect(endpoint: string): QueueServer {
    return new QueueServer(endpoint, {
      async post(headers, body) {
        const response = await fetch(endpoint, { method: 'POST', headers, body, signal: AbortSignal.timeout(CALL_LIMIT_MS) });
        return { status: response.status, body: await response.text() };
      },
      close: async () => undefined,
    });
  }

  /** Calls an SQS action. Throws with the service's message on a refusal. */
  async call<S extends z.ZodType>(action: string, request: object, answer: S): Promise<z.output<S>> {
    const headers = { 'content-type': MEDIA_TYPE, 'x-amz-target': `AmazonSQS.${action}` };
    const { status, body } = await this.#connection.post(headers, JSON.stringify(request));
    if (status !== 200) throw new Error(`SQS ${action} failed: ${body}`);
    return answer.parse(body === '' ? {} : JSON.parse(body));
  }

  /** Ends waiting receivers too. */
  async stop(): Promise<void> {
    await this.#connection.close();
  }
}
