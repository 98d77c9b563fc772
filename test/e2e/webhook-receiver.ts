import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import type { PublicEvent } from '../../shared/contracts/public-event.ts';

/** A customer's endpoint: checks the Standard Webhooks signature of whatever comes and keeps it. */
export class WebhookReceiver {
  readonly events: PublicEvent[] = [];
  /** Requests whose signature was wrong. */
  forged = 0;
  secret = '';
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      void text(request).then((body) => {
        try {
          const headers = request.headers as Record<string, string>;
          this.events.push(new Webhook(this.secret).verify(body, headers) as PublicEvent);
          response.writeHead(200).end();
        } catch {
          this.forged += 1;
          response.writeHead(400).end();
        }
      });
    });
  }

  static async start(): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver();
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hooks`;
  }

  ofType(type: string): readonly PublicEvent[] {
    return this.events.filter((event) => event.type === type);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
