import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Account } from '../accounts/account.ts';
import type { Directory } from '../accounts/directory.ts';
import type { SettingsStore } from '../settings.ts';
import type { Journal } from '../storage/journal.ts';
import { type MediaRecords, sha256Of } from '../storage/media-records.ts';
import type { HangingRequests } from './hanging-requests.ts';
import type { PageBundle } from './page-bundle.ts';

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

export interface PageRoutesOptions {
  readonly bundle: PageBundle;
  readonly media: MediaRecords;
  readonly directory: Pick<Directory, 'find'>;
  readonly hanging: HangingRequests;
  readonly settings: SettingsStore;
  readonly journal: Journal;
}

const MAX_UPLOAD_BYTES = 128 * 1024 * 1024;
const MEDIA_PATH = '/mms/';
const HANG_PATH = '/hang/';

/** What a page asks for besides its socket: itself, media, and the request a hanging page hangs on. */
export function makePageRoutes(options: PageRoutesOptions): RequestHandler {
  const { bundle, hanging, settings } = options;
  return (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'https://page');
    if (pathname === '/') return reply(response, 200, 'text/html; charset=utf-8', bundle.html(settings.current.build));
    if (pathname === '/app.js') return reply(response, 200, 'text/javascript; charset=utf-8', bundle.script);
    if (pathname.startsWith(MEDIA_PATH)) return void serveMedia(options, request, response, { pathname, asker: options.directory.find(searchParams.get('for') ?? '') });
    if (pathname.startsWith(HANG_PATH)) return hanging.hold(pathname.slice(HANG_PATH.length), response);
    reply(response, 404, 'text/plain', 'Not found');
  };
}

/** A file's address is the URL-safe base64 of its SHA-256; an upload whose bytes do not match it is refused. */
async function serveMedia(
  { media, journal }: PageRoutesOptions,
  request: IncomingMessage,
  response: ServerResponse,
  { pathname, asker }: { pathname: string; asker: Account | undefined },
): Promise<void> {
  const sha256 = Buffer.from(pathname.slice(MEDIA_PATH.length), 'base64url').toString('base64');
  if (request.method === 'GET') {
    const found = media.find(sha256);
    if (!found || asker?.faults.has('media-gone')) return reply(response, 404, 'text/plain', 'No such media');
    return reply(response, 200, found.mimetype, spoilt(found.bytes, asker));
  }
  const bytes = await readBody(request);
  if (!bytes) return reply(response, 413, 'text/plain', `More than ${MAX_UPLOAD_BYTES} bytes`);
  if (sha256Of(bytes) !== sha256) return reply(response, 400, 'text/plain', 'The bytes do not match their hash');
  media.insert(request.headers['content-type'] ?? 'application/octet-stream', bytes);
  await journal.committed();
  reply(response, 200, 'application/json', JSON.stringify({ directPath: pathname }));
}

/** What an account that has trouble with media gets of them. */
function spoilt(bytes: Uint8Array, asker: Account | undefined): Uint8Array {
  if (asker?.faults.has('media-empty')) return new Uint8Array();
  return asker?.faults.has('media-corrupt') ? Uint8Array.from(bytes, (byte) => byte ^ 0xff) : bytes;
}

/** `undefined`: too big, or the sender went away. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request) {
      size += (chunk as Buffer).length;
      if (size > MAX_UPLOAD_BYTES) return undefined;
      chunks.push(chunk as Buffer);
    }
  } catch {
    return undefined; // the browser was killed while uploading
  }
  return Buffer.concat(chunks);
}

function reply(response: ServerResponse, status: number, type: string, body: string | Uint8Array): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
}
