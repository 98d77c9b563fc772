import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import * as z from 'zod';
import { listenLocally } from '../listen-locally.ts';
import type { FleetTask } from './fleet-task.ts';

const DEFAULT_MINUTES = 120;
const MS_A_MINUTE = 60_000;
const PATH = /^\/(?<endpoint>v4|api)\/(?<taskId>\w+)\/(?<what>[\w/-]+)$/;
const ProtectionRequest = z.object({ ProtectionEnabled: z.boolean(), ExpiresInMinutes: z.int().min(1).max(2_880).optional() });

/** The service as its tasks see it. */
export interface TasksOfService {
  readonly tasks: readonly FleetTask[];
  arnOf(task: FleetTask): string;
  zoneOf(task: FleetTask): string;
  /** The protection of a task has changed. */
  look(): void;
}

/** What ECS puts beside each task: who it is, and a place to ask to be spared by scale-in. */
export class TaskEndpoints {
  readonly #server: Server;
  readonly #url: string;
  #service: TasksOfService | undefined;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.#url = `http://127.0.0.1:${port}`;
  }

  static async start(): Promise<TaskEndpoints> {
    const server = createServer();
    const endpoints = new TaskEndpoints(server, await listenLocally(server, 0));
    server.on('request', (request: IncomingMessage, response: ServerResponse) => void endpoints.#answer(request, response));
    return endpoints;
  }

  serve(service: TasksOfService): void {
    this.#service = service;
  }

  /** The variables by which ECS tells a task of them. */
  variablesOf({ id }: FleetTask): Record<string, string> {
    return { ECS_CONTAINER_METADATA_URI_V4: `${this.#url}/v4/${id}`, ECS_AGENT_URI: `${this.#url}/api/${id}` };
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { endpoint, taskId, what } = PATH.exec(request.url ?? '')?.groups ?? {};
    const task = this.#service?.tasks.find(({ id }) => id === taskId);
    const body = task && (await this.#view(request, task, `${endpoint}/${what}`).catch(() => undefined));
    response.writeHead(body ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(body ?? {}));
  }

  async #view(request: IncomingMessage, task: FleetTask, what: string): Promise<object | undefined> {
    if (what === 'v4/task') return this.#metadata(task);
    if (what !== 'api/task-protection/v1/state') return undefined;
    if (request.method === 'PUT') this.#protect(task, ProtectionRequest.parse(await readJson(request)));
    return { protection: this.#protection(task) };
  }

  #protect(task: FleetTask, { ProtectionEnabled, ExpiresInMinutes = DEFAULT_MINUTES }: z.infer<typeof ProtectionRequest>): void {
    task.protectUntil(ProtectionEnabled ? Date.now() + ExpiresInMinutes * MS_A_MINUTE : 0);
    this.#service?.look();
  }

  #protection(task: FleetTask): object {
    const { isProtected, protectedUntilMs } = task;
    const expiry = isProtected ? { ExpirationDate: new Date(protectedUntilMs).toISOString() } : {};
    return { TaskArn: this.#service?.arnOf(task), ProtectionEnabled: isProtected, ...expiry };
  }

  #metadata(task: FleetTask): object {
    return {
      TaskARN: this.#service?.arnOf(task),
      AvailabilityZone: this.#service?.zoneOf(task),
      LaunchType: 'FARGATE',
      Containers: [{ Name: 'instance', Networks: [{ NetworkMode: 'awsvpc', IPv4Addresses: ['127.0.0.1'] }] }],
    };
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString());
}
