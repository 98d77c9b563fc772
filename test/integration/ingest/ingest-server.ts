import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HttpHandler } from '../../../lambdas/http/http-api.ts';
import { apiEvent, lambdaContext } from '../../support/api-event.ts';

/** How the control plane does: `lost` does what it is asked to, and its answer never arrives. */
export type ServerMood = 'well' | 'failing' | 'lost';

export interface IngestServer {
  readonly url: string;
  mood: ServerMood;
  /** Requests so far. */
  readonly calls: () => number;
  stop(): Promise<void>;
}

/** An entry behind HTTP. */
export async function serveEntry(handler: HttpHandler): Promise<IngestServer> {
  let calls = 0;
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    calls += 1;
    const body = Buffer.concat((await request.toArray()) as Buffer[]).toString();
    if (served.mood === 'failing') return void response.writeHead(503).end('<html>no upstream</html>');
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const result = await handler(apiEvent(request.method ?? '', request.url ?? '', { body, headers, workspaceId: null }), lambdaContext());
    if (served.mood === 'lost') return void request.socket.destroy();
    response.writeHead(result.statusCode, result.headers as Record<string, string>).end(result.body);
  };
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const served: IngestServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mood: 'well',
    calls: () => calls,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return served;
}
