import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { buildApp } from 'fauxqs';
import { listenLocally } from '../listen-locally.ts';
import { BucketFiles } from './bucket-files.ts';

type Emulator = Awaited<ReturnType<typeof buildApp>>;

interface Call {
  readonly method: string;
  readonly url: string;
  readonly headers?: IncomingHttpHeaders;
  readonly payload?: Buffer;
}

const CHANGES: readonly string[] = ['PUT', 'POST', 'DELETE'];

const urlOf = (bucket: string, key = ''): string => `/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;

function targetOf(url: string): { readonly bucket: string; readonly key: string } {
  const [, bucket = '', ...key] = url.split('?', 1)[0]?.split('/') ?? [];
  return { bucket, key: decodeURIComponent(key.join('/')) };
}

/**
 * S3 in this process. The emulator keeps objects in memory only; what a call has changed goes to a folder before the call
 * is answered, and is there again at the next start. That is the content of objects, without their metadata.
 */
export class BucketServer {
  readonly endpoint: string;
  readonly #server: Server;
  readonly #emulator: Emulator;
  readonly #files: BucketFiles;

  private constructor(emulator: Emulator, files: BucketFiles, server: Server, port: number) {
    this.#emulator = emulator;
    this.#files = files;
    this.#server = server;
    this.endpoint = `http://127.0.0.1:${port}`;
  }

  static async start(folder: string, region: string): Promise<BucketServer> {
    const emulator = buildApp({ logger: false, defaultRegion: region });
    await emulator.ready();
    const server = createServer();
    const buckets = new BucketServer(emulator, new BucketFiles(folder), server, await listenLocally(server, 0));
    server.on('request', (request, response) => void buckets.#answer(request, response));
    return buckets;
  }

  /** Makes a bucket, with what was in it. */
  async create(bucket: string): Promise<void> {
    await this.#must({ method: 'PUT', url: urlOf(bucket) });
    for (const key of await this.#files.keys(bucket)) {
      await this.#must({ method: 'PUT', url: urlOf(bucket, key), payload: await this.#files.get(bucket, key) });
    }
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await this.#emulator.close();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const call = { method: request.method ?? 'GET', url: request.url ?? '/', headers: request.headers, payload: await buffer(request) };
      const { statusCode, headers, rawPayload } = await this.#call(call);
      if (statusCode < 300 && CHANGES.includes(call.method)) await this.#keep(targetOf(call.url));
      response.writeHead(statusCode, headers).end(rawPayload);
    } catch (error) {
      response.destroy(error instanceof Error ? error : undefined); // the SDK takes it for a broken connection, and tries again
    }
  }

  /** A deletion of several objects names them in its body: then all of the bucket are looked at. */
  async #keep({ bucket, key }: { readonly bucket: string; readonly key: string }): Promise<void> {
    const changed = key === '' ? await this.#files.keys(bucket) : [key];
    for (const each of changed) {
      const { statusCode, rawPayload } = await this.#call({ method: 'GET', url: urlOf(bucket, each) });
      await this.#files.set(bucket, each, statusCode === 200 ? rawPayload : undefined);
    }
  }

  #call({ method, url, headers = {}, payload = Buffer.alloc(0) }: Call) {
    return this.#emulator.inject({ method: method as 'GET', url, headers, payload });
  }

  async #must(call: Call): Promise<void> {
    const { statusCode, body } = await this.#call(call);
    if (statusCode !== 200) throw new Error(`S3 ${call.method} ${call.url} failed: ${body}`);
  }
}
