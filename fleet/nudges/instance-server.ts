import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { AddressInfo } from 'node:net';
import type * as z from 'zod';
import { SessionId } from '../../shared/contracts/ids.ts';
import { InstanceCommand, Nudge, NumberCheck } from '../../shared/contracts/nudge.ts';
import type { RequestVerifier } from './request-signature.ts';

const MOST_BODY_BYTES = 16 * 1024;
const REQUEST_TIMEOUT_MS = 10_000;

export interface InstanceServerOptions {
  readonly host: string;
  readonly port: number; // 0: any free one
  readonly verifier: RequestVerifier;
}

/** What the instance answers and does. */
export interface InstanceRoutes {
  readonly onNudge: (sessionId: string, about: Nudge['about']) => void;
  /** `false`: the session is not connected here. */
  readonly onCommand: (sessionId: string, command: InstanceCommand) => Promise<boolean>;
  /** At the places of the numbers; `undefined`: the session is not connected here. */
  readonly onCheck: (sessionId: string, numbers: readonly string[]) => Promise<readonly (boolean | null)[] | undefined>;
  readonly health: () => { readonly isHealthy: boolean; readonly [detail: string]: unknown };
  readonly stats: () => object;
  readonly metrics: () => Promise<string>;
}

const header = (request: FastifyRequest, name: string): string | undefined => {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
};

const bodyOf = ({ body }: FastifyRequest): string => (typeof body === 'string' ? body : '');

/** The body if it is what the contract says, else an answer is sent and `undefined` returned. */
async function parseBody<T extends z.ZodType>(schema: T, request: FastifyRequest, reply: FastifyReply): Promise<z.output<T> | undefined> {
  const result = schema.safeParse(parseJson(bodyOf(request)));
  if (!result.success) await reply.code(400).send({ code: 'invalid', detail: result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ') });
  return result.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The instance's private HTTP: hints and commands from the control plane, signed; health and numbers for anybody near. */
export class InstanceServer {
  readonly name = 'http';
  readonly #options: InstanceServerOptions;
  readonly #app: FastifyInstance;
  #served: InstanceRoutes | undefined;

  constructor(options: InstanceServerOptions) {
    this.#options = options;
    this.#app = fastify({ bodyLimit: MOST_BODY_BYTES, requestTimeout: REQUEST_TIMEOUT_MS, forceCloseConnections: true });
    this.#app.removeAllContentTypeParsers();
    this.#app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body)); // signed as it came
    this.#addOpenRoutes();
    this.#addSignedRoutes();
    this.#addChecks();
  }

  /** Until then every request is answered 503: the port has to be known before the instance can be put together. */
  serve(routes: InstanceRoutes): void {
    this.#served = routes;
  }

  async start(): Promise<void> {
    await this.#app.listen({ host: this.#options.host, port: this.#options.port });
  }

  get port(): number {
    return (this.#app.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    await this.#app.close();
  }

  get #routes(): InstanceRoutes {
    if (!this.#served) throw Object.assign(new Error('The instance is starting'), { statusCode: 503 });
    return this.#served;
  }

  #addOpenRoutes(): void {
    this.#app.get('/health', async (_request, reply) => {
      const { isHealthy, ...details } = this.#routes.health();
      return reply.code(isHealthy ? 200 : 503).send({ status: isHealthy ? 'ok' : 'failing', ...details });
    });
    this.#app.get('/metrics', async (_request, reply) => reply.type('text/plain; version=0.0.4').send(await this.#routes.metrics()));
    this.#app.get('/sessions/stats', async () => this.#routes.stats());
  }

  #addSignedRoutes(): void {
    this.#app.post<{ Params: { id: string } }>('/sessions/:id/nudge', async (request, reply) => {
      // Nudges of one second look the same. Acting on one twice is a look at the table; dropping one would cost seconds.
      if (!(await this.#isAllowed(request, reply, ['valid', 'replayed']))) return reply;
      const nudge = await parseBody(Nudge, request, reply);
      if (nudge) this.#routes.onNudge(request.params.id, nudge.about);
      return nudge ? reply.code(202).send({}) : reply;
    });
    this.#app.post<{ Params: { id: string } }>('/sessions/:id/commands', async (request, reply) => {
      if (!(await this.#isAllowed(request, reply, ['valid']))) return reply;
      const command = await parseBody(InstanceCommand, request, reply);
      if (!command) return reply;
      const isDone = await this.#routes.onCommand(request.params.id, command).catch(() => false);
      return isDone ? reply.code(200).send({}) : reply.code(409).send({ code: 'not_connected', detail: 'The session is not connected here' });
    });
  }

  #addChecks(): void {
    this.#app.post<{ Params: { id: string } }>('/sessions/:id/checks', async (request, reply) => {
      if (!(await this.#isAllowed(request, reply, ['valid']))) return reply;
      const check = await parseBody(NumberCheck, request, reply);
      if (!check) return reply;
      const onWhatsApp = await this.#routes.onCheck(request.params.id, check.numbers).catch(() => undefined);
      return onWhatsApp ? reply.code(200).send({ onWhatsApp }) : reply.code(409).send({ code: 'not_connected', detail: 'The session is not connected here' });
    });
  }

  async #isAllowed(request: FastifyRequest<{ Params: { id: string } }>, reply: FastifyReply, accepted: readonly string[]): Promise<boolean> {
    const verdict = this.#options.verifier.verify({
      method: request.method,
      path: request.url,
      body: bodyOf(request),
      timestamp: header(request, 'x-hmac-timestamp'),
      signature: header(request, 'x-hmac-signature'),
    });
    if (!accepted.includes(verdict)) {
      await reply.code(401).send({ code: verdict === 'replayed' ? 'replayed' : 'unauthorized', detail: 'Needs a fresh signature' });
      return false;
    }
    if (SessionId.safeParse(request.params.id).success) return true;
    await reply.code(404).send({ code: 'session_not_found', detail: 'No such session' });
    return false;
  }
}
