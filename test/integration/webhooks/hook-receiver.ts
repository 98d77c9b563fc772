import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface ReceivedHook {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const open = new Set<Server>();

/** Ends every receiver; for `afterEach`, so that a failed test leaves none behind. */
export async function stopHookReceivers(): Promise<void> {
  for (const server of open) {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
  open.clear();
}

export interface AnswerText {
  readonly body: string | Buffer;
  readonly contentType: string;
}

/** An endpoint that answers each request as it is told to: with a status and this text, or by hanging up. */
export async function startHookReceiver(answerTo: (hook: ReceivedHook) => number | 'hang up', says?: AnswerText) {
  const received: ReceivedHook[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const hook = { headers: request.headers, body };
      received.push(hook);
      const answer = answerTo(hook);
      if (answer === 'hang up') request.socket.destroy();
      else response.writeHead(answer, says && { 'content-type': says.contentType }).end(says?.body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.add(server);
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks?from=blazz` };
}
