import type { AddressInfo } from 'node:net';
import { buildApp } from 'fauxqs';
import type * as z from 'zod';

const MEDIA_TYPE = 'application/x-amz-json-1.0';

/** SQS in this process and in memory: what was in a queue at the end is put back from the tables at the next start. */
export class QueueServer {
  readonly #app: ReturnType<typeof buildApp>;
  readonly endpoint: string;

  private constructor(app: ReturnType<typeof buildApp>, port: number) {
    this.#app = app;
    this.endpoint = `http://127.0.0.1:${port}`;
  }

  /** @param region the one its queues' ARNs carry */
  static async start(region: string): Promise<QueueServer> {
    const app = buildApp({ logger: false, defaultRegion: region });
    await app.listen({ host: '127.0.0.1', port: 0 });
    return new QueueServer(app, (app.server.address() as AddressInfo).port);
  }

  /** Calls an SQS action without going through the network. Throws with the service's message on a refusal. */
  async call<S extends z.ZodType>(action: string, request: object, answer: S): Promise<z.output<S>> {
    const headers = { 'content-type': MEDIA_TYPE, 'x-amz-target': `AmazonSQS.${action}` };
    const response = await this.#app.inject({ method: 'POST', url: '/', headers, payload: JSON.stringify(request) });
    if (response.statusCode !== 200) throw new Error(`SQS ${action} failed: ${response.body}`);
    return answer.parse(response.body === '' ? {} : response.json());
  }

  /** Ends waiting receivers too. */
  async stop(): Promise<void> {
    await this.#app.close();
  }
}
