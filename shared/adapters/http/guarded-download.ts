import { request } from 'undici';
import { guardedAgent, requireHttp } from './guarded-fetch.ts';
import { literalAddress, RefusedTargetError, requirePublic, systemResolve, type AddressRules } from './public-addresses.ts';

const TOTAL_TIMEOUT_MS = 60_000;

export type DownloadOutcome =
  | { readonly outcome: 'downloaded'; readonly bytes: Buffer; readonly contentType: string | undefined }
  /** `reason` is for people; it names no address. */
  | { readonly outcome: 'failed'; readonly reason: string };

/** Gets a file from a URL a customer chose: public addresses only, no redirects, `maxBytes` and a minute at most. */
export function guardedDownload(rules: AddressRules, maxBytes: number): (url: string) => Promise<DownloadOutcome> {
  const dispatcher = guardedAgent(systemResolve, rules, TOTAL_TIMEOUT_MS);
  return async (target) => {
    try {
      const url = new URL(target);
      requireHttp(url);
      const literal = literalAddress(url);
      if (literal !== undefined) requirePublic(literal, rules);
      const { statusCode, headers, body } = await request(url, { dispatcher, signal: AbortSignal.timeout(TOTAL_TIMEOUT_MS) });
      if (statusCode !== 200) {
        await body.dump();
        return failed(`The address answered ${statusCode}`);
      }
      const bytes = await readUpTo(body, maxBytes);
      return bytes ? { outcome: 'downloaded', bytes, contentType: headers['content-type']?.toString() } : failed(`The file is larger than ${maxBytes} bytes`);
    } catch (error) {
      return failed(refusalOf(error) ?? 'The address does not answer');
    }
  };
}

const failed = (reason: string): DownloadOutcome => ({ outcome: 'failed', reason });

/** A refusal may come wrapped in the connection's own error. */
function refusalOf(error: unknown): string | undefined {
  if (error instanceof RefusedTargetError) return `The address ${error.message}`;
  return error instanceof Error ? refusalOf(error.cause) : undefined;
}

/** `undefined`: there is more than that. */
async function readUpTo(body: AsyncIterable<unknown> & { destroy(): unknown }, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += (chunk as Buffer).length;
    if (size > maxBytes) {
      body.destroy();
      return undefined;
    }
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
