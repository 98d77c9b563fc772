import { createHmac } from 'node:crypto';

export interface SignedHeaders {
  readonly 'X-HMAC-Timestamp': string;
  readonly 'X-HMAC-Signature': string;
}

/** Headers that prove a request is ours: hex HMAC-SHA256 over timestamp (Unix seconds), method, path and body, joined as they are. */
export function signRequest(secret: string, method: string, path: string, body: string, nowMs: number): SignedHeaders {
  const timestamp = String(Math.floor(nowMs / 1000));
  const signature = createHmac('sha256', secret).update(timestamp + method + path + body).digest('hex');
  return { 'X-HMAC-Timestamp': timestamp, 'X-HMAC-Signature': signature };
}
