import { createServer, type Server } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import type { LinkDesk } from '../accounts/link-desk.ts';
import type { Certificate } from '../certificate.ts';
import { Build } from '../settings.ts';
import type { FrameHandler } from './page-desk.ts';
import type { RequestHandler } from './page-routes.ts';
import type { Switchboard } from './switchboard.ts';

const HOST = '127.0.0.1';
const MAX_FRAME_BYTES = 4 * 1024 * 1024;

export interface PageServerOptions {
  readonly certificate: Certificate;
  readonly routes: RequestHandler;
  readonly onFrame: FrameHandler;
  readonly switchboard: Switchboard;
  readonly linkDesk: LinkDesk;
}

/** The page and its socket on one TLS port, as the host rule of the browsers needs it. */
export class PageServer {
  readonly #server: Server;
  readonly #options: PageServerOptions;
  readonly #sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: MAX_FRAME_BYTES });

  constructor(options: PageServerOptions) {
    this.#options = options;
    const { certificate, key } = options.certificate;
    this.#server = createServer({ cert: certificate, key }, options.routes);
    this.#server.on('upgrade', (request, socket, head) => {
      this.#sockets.handleUpgrade(request, socket, head, (webSocket) => this.#open(webSocket, request));
    });
  }

  /** Answers the address taken. */
  async start(port: number): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, HOST, resolve);
    });
    const { port: taken } = this.#server.address() as AddressInfo;
    return `${HOST}:${taken}`;
  }

  async stop(): Promise<void> {
    this.#options.switchboard.closeAll();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #open(socket: WebSocket, request: IncomingMessage): void {
    const { switchboard, linkDesk, onFrame } = this.#options;
    const build = Build.catch('classic').parse(new URL(request.url ?? '/', 'https://page').searchParams.get('build'));
    const connection = switchboard.open(socket, build);
    socket.on('message', (data: Buffer) => onFrame(connection, data.toString('utf8')));
    socket.on('error', () => socket.terminate()); // a browser that was killed; 'close' follows
    socket.on('close', () => {
      linkDesk.leave(connection);
      switchboard.remove(connection);
    });
  }
}
