import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { listenLocally } from '../listen-locally.ts';
import { BucketFiles } from './bucket-files.ts';
import { afterOfToken, copyXml, deletedXml, errorXml, keysToDelete, listXml } from './bucket-xml.ts';
import { allowOrigin, type CorsRule } from './cors.ts';
import { isPresigned, presignedRefusal } from './presigned.ts';

const MOST_KEYS_A_PAGE = 1_000;
/** The secret of every process of ours: aws-environment.ts. */
const SECRET_KEY = 'local';

interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly bucket: string;
  readonly key: string;
}

class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/**
 * S3 in this process, as far as we use it: whole objects put, got, copied, listed and deleted, by the SDK or by presigned
 * links, whose time and signature are checked. Bytes go to files as they come, so a restart finds what was answered.
 */
export class BucketServer {
  readonly endpoint: string;
  readonly #server: Server;
  readonly #files: BucketFiles;
  readonly #secretKey: string;
  readonly #cors = new Map<string, readonly CorsRule[]>();

  private constructor(files: BucketFiles, secretKey: string, server: Server, port: number) {
    this.#files = files;
    this.#secretKey = secretKey;
    this.#server = server;
    this.endpoint = `http://127.0.0.1:${port}`;
  }

  static async start(folder: string, secretKey = SECRET_KEY): Promise<BucketServer> {
    const server = createServer();
    const buckets = new BucketServer(new BucketFiles(folder), secretKey, server, await listenLocally(server, 0));
    server.on('request', (request, response) => void buckets.#answer(request, response));
    return buckets;
  }

  /** Makes a bucket, with what was in it. */
  create(bucket: string, cors: readonly CorsRule[] = []): void {
    this.#cors.set(bucket, cors);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#serve(this.#callOf(request, response));
    } catch (error) {
      if (response.headersSent || !(error instanceof Refusal)) return void response.destroy(); // the SDK takes it for a broken connection, and tries again
      response.writeHead(error.status, { 'content-type': 'application/xml', connection: 'close' }).end(request.method === 'HEAD' ? '' : errorXml(error.code, error.message));
    }
  }

  #callOf(request: IncomingMessage, response: ServerResponse): Call {
    const url = new URL(request.url ?? '/', this.endpoint);
    const [, bucket = '', ...key] = url.pathname.split('/').map(decodeURIComponent);
    return { request, response, url, bucket, key: key.join('/') };
  }

  async #serve(call: Call): Promise<void> {
    const { request, response, url, bucket, key } = call;
    const cors = this.#cors.get(bucket);
    if (!cors) throw new Refusal(404, 'NoSuchBucket', 'There is no such bucket');
    if (allowOrigin(request, response, cors)) return;
    requireSigned(request, url, this.#secretKey);
    if (key === '') return this.#ofBucket(call);
    switch (request.method) {
      case 'PUT':
        return request.headers['x-amz-copy-source'] === undefined ? this.#put(call) : this.#copy(call);
      case 'GET':
      case 'HEAD':
        return this.#get(call);
      case 'DELETE':
        await this.#files.remove(bucket, key);
        return void response.writeHead(204).end();
      default:
        throw new Refusal(405, 'MethodNotAllowed', 'Not here');
    }
  }

  async #ofBucket({ request, response, url: { searchParams }, bucket }: Call): Promise<void> {
    if (request.method === 'POST' && searchParams.has('delete')) {
      for (const key of keysToDelete(await text(request))) await this.#files.remove(bucket, key);
      return void response.writeHead(200, { 'content-type': 'application/xml' }).end(deletedXml());
    }
    if (request.method !== 'GET') throw new Refusal(405, 'MethodNotAllowed', 'Not here');
    const after = afterOfToken(searchParams.get('continuation-token'));
    const prefix = searchParams.get('prefix') ?? '';
    const keys = (await this.#files.keys(bucket)).filter((key) => key.startsWith(prefix) && key > after);
    const page = keys.slice(0, MOST_KEYS_A_PAGE);
    const objects = await Promise.all(page.map(async (key) => ({ key, bytes: (await this.#files.find(bucket, key))?.bytes ?? 0 })));
    response.writeHead(200, { 'content-type': 'application/xml' }).end(listXml(objects, keys.length > page.length ? page.at(-1) : undefined));
  }

  async #put({ request, response, bucket, key }: Call): Promise<void> {
    const { 'content-encoding': encoding, 'content-type': contentType, 'x-amz-checksum-sha256': sha256 } = request.headers;
    if (encoding?.includes('aws-chunked')) throw new Refusal(501, 'NotImplemented', 'Send streams without a trailer: requestChecksumCalculation WHEN_REQUIRED');
    const isWhole = await this.#files.write(bucket, key, request, { contentType, sha256: sha256?.toString() });
    if (!isWhole) throw new Refusal(400, 'BadDigest', 'The SHA256 you specified did not match the calculated checksum.');
    response.writeHead(200).end();
  }

  async #copy({ request, response, bucket, key }: Call): Promise<void> {
    const source = decodeURIComponent(String(request.headers['x-amz-copy-source'])).replace(/^\//, '').slice(bucket.length + 1);
    const found = await this.#files.find(bucket, source);
    if (!found) throw new Refusal(404, 'NoSuchKey', 'The specified key does not exist.');
    await this.#files.copy(bucket, source, key, found);
    response.writeHead(200, { 'content-type': 'application/xml' }).end(copyXml());
  }

  async #get({ request, response, url: { searchParams }, bucket, key }: Call): Promise<void> {
    const found = await this.#files.find(bucket, key);
    if (!found) throw new Refusal(404, request.method === 'HEAD' ? 'NotFound' : 'NoSuchKey', 'The specified key does not exist.');
    const disposition = searchParams.get('response-content-disposition');
    response.writeHead(200, {
      'content-length': found.bytes,
      'content-type': searchParams.get('response-content-type') ?? found.contentType,
      ...(found.sha256 !== '' && { 'x-amz-checksum-sha256': found.sha256 }),
      ...(disposition !== null && { 'content-disposition': disposition }),
    });
    if (request.method === 'HEAD') return void response.end();
    await pipeline(this.#files.read(bucket, key), response);
  }
}

/** The SDK's own signatures are taken on trust, as everywhere on this machine; links are handed to anybody. */
function requireSigned(request: IncomingMessage, url: URL, secretKey: string): void {
  if (!isPresigned(url)) {
    if (request.headers.authorization === undefined) throw new Refusal(403, 'AccessDenied', 'Access Denied');
    return;
  }
  const refusal = presignedRefusal(request, url, secretKey);
  if (refusal) throw new Refusal(403, refusal, refusal === 'AccessDenied' ? 'Request has expired' : 'The request signature we calculated does not match the signature you provided.');
}
