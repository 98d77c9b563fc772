import { hmacOf } from '../../identity/request-signature.ts';

export interface SignedHeaders {
  readonly 'X-HMAC-Timestamp': string;
  readonly 'X-HMAC-Signature': string;
}

/** Headers that prove a request is ours: hex HMAC-SHA256 over timestamp (Unix seconds), method, path and body, joined as they are. */
export function signRequest(secret: string, method: string, path: string, body: string, nowMs: number): SignedHeaders {
  const timestamp = String(Math.floor(nowMs / 1000));
  return { 'X-HMAC-Timestamp': timestamp, 'X-HMAC-Signature': hmacOf(secret, { timestamp, method, path, body }).toString('hex') };
}
