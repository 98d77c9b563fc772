import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { within } from '../children/within.ts';
import { FunctionError } from '../functions/function-error.ts';
import type { Functions } from '../functions/functions.ts';
import { listenLocally } from '../listen-locally.ts';
import { errorCode, StartError } from '../start-error.ts';
import { Authorizers } from './authorizers.ts';
import { GatewayRefusal, refusalResponse } from './gateway-refusal.ts';
import { bodyFields, requestEvent } from './proxy-event.ts';
import { parseProxyResult, sendProxyResult, type ProxyResult } from './proxy-response.ts';
import { readBody } from './read-body.ts';
import type { RestApi } from './rest-api.ts';
import { makeRouteMatcher, type MatchRoute } from './route-matcher.ts';

interface Deployed {
  readonly api: RestApi;
  readonly functions: Functions;
  readonly authorizers: Authorizers;
  readonly match: MatchRoute;
}

const INTEGRATION_LIMIT_MS = 29_000;
const REQUEST_LIMIT_MS = 60_000; // to arrive in full
const KEEP_ALIVE_MS = 65_000;
const STOP_LIMIT_MS = 15_000; // for requests under way: the longest `?wait=` there is takes 10 s

async function answer(request: IncomingMessage, requestId: string, deployed: Deployed): Promise<ProxyResult> {
  const { api, functions, authorizers } = deployed;
  const url = URL.parse(`http://localhost${request.url}`);
  if (!url) throw new GatewayRefusal('BAD_REQUEST_BODY');
  const body = await readBody(request);
  const match = deployed.match(request.method ?? 'GET', url.pathname);
  if (!match) throw new GatewayRefusal('MISSING_AUTHENTICATION_TOKEN');
  const event = requestEvent({ request, url, match, requestId }, api);
  const { authorizer: spec, functionArn } = match.route;
  if (spec) event.requestContext['authorizer'] = await authorizers.authorize(spec, event);
  const invocation = functions.get(functionArn).invoke({ ...event, ...bodyFields(request, body, api) });
  const result = await within(INTEGRATION_LIMIT_MS, invocation.then((value) => value ?? null));
  if (result === undefined) throw new GatewayRefusal('INTEGRATION_TIMEOUT');
  return parseProxyResult(result);
}

function refusalOf(error: unknown): GatewayRefusal {
  if (error instanceof GatewayRefusal) return error;
  const isThrottled = error instanceof FunctionError && error.kind === 'throttled';
  return new GatewayRefusal(isThrottled ? 'THROTTLED' : 'DEFAULT_5XX', error);
}

/** A REST API on 127.0.0.1: routes, authorizers and limits of the template, each request to the function it names. */
export class ApiGateway {
  readonly #server: Server;
  readonly url: string;
  #deployed: Deployed | undefined;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.url = `http://127.0.0.1:${port}`;
    server.on('request', (request: IncomingMessage, response: ServerResponse) => void this.#handle(request, response));
  }

  /** Takes the port at once, and answers 503 until `serve`. Throws a StartError if the port is taken. */
  static async listen(port: number): Promise<ApiGateway> {
    const server = createServer({ requestTimeout: REQUEST_LIMIT_MS, keepAliveTimeout: KEEP_ALIVE_MS });
    try {
      return new ApiGateway(server, await listenLocally(server, port));
    } catch (error) {
      if (errorCode(error) === 'EADDRINUSE') throw new StartError(`Port ${port} is in use; stop what uses it or pass --port`);
      if (errorCode(error) === 'EACCES') throw new StartError(`Port ${port} may not be used by this user; pass another --port`);
      throw error;
    }
  }

  serve(api: RestApi, functions: Functions): void {
    this.#deployed = { api, functions, authorizers: new Authorizers(functions, api), match: makeRouteMatcher(api.routes) };
  }

  /** Forgets what the authorizers said. */
  flushAuthorizers(): void {
    this.#deployed?.authorizers.flush();
  }

  /** Takes no more requests, and lets those under way finish. */
  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    await within(STOP_LIMIT_MS, closed);
    this.#server.closeAllConnections();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID();
    if (!this.#deployed) return void response.writeHead(503, { 'Retry-After': '1' }).end();
    try {
      sendProxyResult(response, await answer(request, requestId, this.#deployed));
    } catch (error) {
      if (request.destroyed && response.destroyed) return; // the client is gone
      const { status, headers, body } = refusalResponse(refusalOf(error).type, this.#deployed.api, requestId);
      response.writeHead(status, { ...headers }).end(body);
    }
  }
}
