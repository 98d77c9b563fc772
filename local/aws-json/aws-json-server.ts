import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { listenLocally } from '../listen-locally.ts';
import { AwsJsonError } from './aws-json-error.ts';

/** One action of a service, by its target or, for a REST service, by method and path. A query counts as input. What it returns goes out as JSON; an AwsJsonError as the SDK's exception of that name. */
export type Action = (input: Readonly<Record<string, unknown>>) => object | Promise<object>;
export type Actions = Readonly<Record<string, Action>>;

const MOST_BYTES = 1024 * 1024;

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST_BYTES) throw new AwsJsonError('RequestEntityTooLargeException', 'The request is too large');
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString() || '{}') as Record<string, unknown>;
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
}

function sendFailure(response: ServerResponse, error: unknown): void {
  if (error instanceof AwsJsonError) return send(response, 400, { __type: error.code, message: error.message });
  send(response, 500, { __type: 'InternalFailure', message: String(error) });
}

/** Answers real SDK clients of services that speak AWS JSON 1.1, and of single REST calls. */
export class AwsJsonServer {
  readonly #server: Server;
  readonly endpoint: string;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.endpoint = `http://127.0.0.1:${port}`;
  }

  /** @param actions by target, such as `secretsmanager.GetSecretValue`, or by method and path */
  static async start(actions: () => Actions): Promise<AwsJsonServer> {
    const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      try {
        const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
        const target = String(request.headers['x-amz-target'] ?? `${request.method} ${pathname}`);
        const action = actions()[target];
        if (!action) throw new AwsJsonError('UnknownOperationException', `The local host has no ${target}`);
        send(response, 200, await action({ ...Object.fromEntries(searchParams), ...(await readJson(request)) }));
      } catch (error) {
        sendFailure(response, error);
      }
    };
    const server = createServer((request, response) => void answer(request, response));
    return new AwsJsonServer(server, await listenLocally(server, 0));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
