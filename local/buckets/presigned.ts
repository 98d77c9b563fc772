import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const SIGNATURE = 'X-Amz-Signature';

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const encode = (text: string): string => encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

export const isPresigned = ({ searchParams }: URL): boolean => searchParams.has(SIGNATURE);

/**
 * Why S3 refuses a presigned request, `undefined` if it does not: its time is over, or it is not the request that was
 * signed, in method, path, parameters or any header that was signed.
 */
export function presignedRefusal(request: IncomingMessage, url: URL, secretKey: string): 'AccessDenied' | 'SignatureDoesNotMatch' | undefined {
  const param = (name: string): string => url.searchParams.get(`X-Amz-${name}`) ?? '';
  const signedAt = Date.parse(param('Date').replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (!(Date.now() < signedAt + Number(param('Expires')) * 1_000)) return 'AccessDenied';
  const scope = param('Credential').split('/').slice(1);
  const toSign = ['AWS4-HMAC-SHA256', param('Date'), scope.join('/'), createHash('sha256').update(canonical(request, url, param('SignedHeaders'))).digest('hex')];
  const key = scope.reduce<string | Buffer>((before, part) => hmac(before, part), `AWS4${secretKey}`);
  const expected = hmac(key, toSign.join('\n'));
  const given = Buffer.from(param('Signature'), 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected) ? undefined : 'SignatureDoesNotMatch';
}

function canonical(request: IncomingMessage, url: URL, signedHeaders: string): string {
  const query = [...url.searchParams].filter(([name]) => name !== SIGNATURE).map(([name, value]) => `${encode(name)}=${encode(value)}`).sort();
  const headers = signedHeaders.split(';').map((name) => `${name}:${String(request.headers[name] ?? '').trim()}\n`);
  return [request.method, url.pathname, query.join('&'), headers.join(''), signedHeaders, 'UNSIGNED-PAYLOAD'].join('\n');
}
