import { createWriteStream } from 'node:fs';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { request, type Dispatcher } from 'undici';
import { guardedAgent, requireHttp } from './guarded-fetch.ts';
import { literalAddress, RefusedTargetError, requirePublic, systemResolve, type AddressRules, type Resolve } from './public-addresses.ts';

export interface GuardedFileOptions extends AddressRules {
  readonly resolve?: Resolve;
  readonly totalTimeoutMs?: number;
  /** Longest silence. */
  readonly idleTimeoutMs?: number;
  /** When it begins to matter how fast the file comes. */
  readonly graceMs?: number;
}

export interface FileRequest {
  readonly url: string;
  /** Where the file goes; whoever asks removes it. */
  readonly path: string;
  readonly maxBytes: number;
}

export type FileOutcome =
  | { readonly outcome: 'downloaded'; readonly bytes: number; readonly contentType: string | undefined }
  /** `detail` is for people; it names no address. */
  | { readonly outcome: 'failed'; readonly code: 'media_unreachable' | 'media_too_large' | 'media_empty'; readonly detail: string };

const TOTAL_TIMEOUT_MS = 120_000;
const IDLE_TIMEOUT_MS = 15_000;
const GRACE_MS = 10_000;
const LEAST_BYTES_A_SECOND = 10_000;

class TooLargeError extends Error {}
class TooSlowError extends Error {}
class UnknownEncodingError extends Error {}

type Failed = Extract<FileOutcome, { outcome: 'failed' }>;
const failed = (code: Failed['code'], detail: string): Failed => ({ outcome: 'failed', code, detail });

/**
 * Gets files from URLs that customers chose, straight to the disk: public addresses only, no redirects, no more than
 * `maxBytes` (unpacked, where the server packed them), not slower than a modem, two minutes at most.
 */
export function guardedFile(options: GuardedFileOptions): (request: FileRequest) => Promise<FileOutcome> {
  const { resolve = systemResolve, totalTimeoutMs = TOTAL_TIMEOUT_MS, idleTimeoutMs = IDLE_TIMEOUT_MS, graceMs = GRACE_MS, ...rules } = options;
  const dispatcher = guardedAgent(resolve, rules, Math.min(idleTimeoutMs, totalTimeoutMs));

  return async ({ url: target, path, maxBytes }) => {
    try {
      const url = new URL(target);
      requireHttp(url);
      const literal = literalAddress(url);
      if (literal !== undefined) requirePublic(literal, rules);
      const signal = AbortSignal.timeout(totalTimeoutMs);
      const answer = await request(url, { dispatcher, signal, headers: { accept: '*/*', 'accept-encoding': 'identity' } });
      return await save(answer, { path, maxBytes, graceMs, signal });
    } catch (error) {
      return failureOf(error, maxBytes);
    }
  };
}

interface Saving {
  readonly path: string;
  readonly maxBytes: number;
  readonly graceMs: number;
  readonly signal: AbortSignal;
}

async function save({ statusCode, headers, body }: Dispatcher.ResponseData, { path, maxBytes, graceMs, signal }: Saving): Promise<FileOutcome> {
  if (statusCode !== 200 || Number(headers['content-length'] ?? 0) > maxBytes) {
    body.on('error', () => undefined).destroy(); // of no further interest
    if (statusCode === 200) throw new TooLargeError();
    return failed('media_unreachable', `The address answered ${statusCode}${statusCode >= 300 && statusCode < 400 ? ', and redirects are not followed' : ''}`);
  }
  const limits = [notTooSlow(graceMs), ...decoders(headers['content-encoding']), notTooLarge(maxBytes)];
  const counted = limits.at(-1) as Counter;
  await pipeline([body as Readable, ...limits, createWriteStream(path, { mode: 0o600 })], { signal });
  if (counted.bytes === 0) return failed('media_empty', 'The address gave an empty file');
  return { outcome: 'downloaded', bytes: counted.bytes, contentType: headers['content-type']?.toString() };
}

interface Counter extends Transform {
  bytes: number;
}

/** Counts what passes; `check` throws to end it. */
function counter(check: (bytes: number) => void): Counter {
  const transform = Object.assign(
    new Transform({
      transform(chunk: Buffer, _, done) {
        transform.bytes += chunk.length;
        try {
          check(transform.bytes);
          done(null, chunk);
        } catch (error) {
          done(error as Error);
        }
      },
    }),
    { bytes: 0 },
  );
  return transform;
}

const notTooLarge = (maxBytes: number): Counter =>
  counter((bytes) => {
    if (bytes > maxBytes) throw new TooLargeError();
  });

function notTooSlow(graceMs: number): Counter {
  const startedAt = performance.now();
  return counter((bytes) => {
    const passedMs = performance.now() - startedAt;
    if (passedMs > graceMs && bytes < (LEAST_BYTES_A_SECOND * passedMs) / 1_000) throw new TooSlowError();
  });
}

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** We ask for none; some servers pack all the same. The last one packed is unpacked first. */
function decoders(header: string | string[] | undefined): readonly Transform[] {
  const names = (header?.toString() ?? '').split(',').map((name) => name.trim().toLowerCase()).filter((name) => name !== '' && name !== 'identity');
  if (names.length > 1) throw new UnknownEncodingError();
  return names.map((name) => {
    const make = DECODERS[name];
    if (!make) throw new UnknownEncodingError();
    return make();
  });
}

interface Coded {
  readonly code?: unknown;
  readonly name?: string;
  readonly cause?: unknown;
}

function failureOf(error: unknown, maxBytes: number): Failed {
  const all = causes(error);
  const refused = all.find((cause): cause is RefusedTargetError => cause instanceof RefusedTargetError);
  if (refused) return failed('media_unreachable', `The address ${refused.message}`);
  if (error instanceof TooLargeError) return failed('media_too_large', `The file is larger than ${maxBytes} bytes`);
  if (error instanceof TooSlowError) return failed('media_unreachable', `The file comes too slowly: less than ${LEAST_BYTES_A_SECOND} bytes a second`);
  if (error instanceof UnknownEncodingError) return failed('media_unreachable', 'The file comes in an encoding we do not know');
  const codes = all.map(({ code, name }) => `${String(code)} ${name}`);
  if (codes.some((code) => /^(Z_|ERR__ERROR)/.test(code))) return failed('media_unreachable', 'The file was packed badly');
  if (codes.some((code) => /Timeout|TIMEOUT|AbortError/.test(code))) return failed('media_unreachable', 'The address does not answer in time');
  return failed('media_unreachable', 'The address does not answer, or broke off');
}

/** By shape: what zlib and the sockets throw may be of another realm. */
const causes = (error: unknown): readonly Coded[] => (typeof error === 'object' && error !== null ? [error, ...causes((error as Coded).cause)] : []);
