import { once } from 'node:events';
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface Forwarded {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Makes a request that came to a proxy of the server behind it, with `body` for its own. Throws if that does not answer. */
export async function forward(target: URL, incoming: Pick<IncomingMessage, 'method' | 'url' | 'headers'>, body: Buffer): Promise<Forwarded> {
  const { hostname, port } = target;
  const headers = { ...incoming.headers, host: target.host, 'content-length': String(body.length) };
  const outgoing = request({ hostname, port, method: incoming.method, path: incoming.url, headers });
  outgoing.end(body);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 502, headers: response.headers, body: await buffer(response) };
}
