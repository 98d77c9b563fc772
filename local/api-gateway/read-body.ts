import type { IncomingMessage } from 'node:http';
import { GatewayRefusal } from './gateway-refusal.ts';

export const MOST_BODY_BYTES = 10 * 1024 * 1024; // API Gateway's payload limit
const MOST_DISCARDED_BYTES = 10 * MOST_BODY_BYTES;

/**
 * The whole body. Throws a GatewayRefusal if it is over the limit, but only after the rest of it has been read and
 * thrown away: a client still sending when the connection closes would never see the answer.
 */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MOST_BODY_BYTES) chunks.push(chunk);
    if (size > MOST_DISCARDED_BYTES) break;
  }
  if (size > MOST_BODY_BYTES) throw new GatewayRefusal('REQUEST_TOO_LARGE');
  return Buffer.concat(chunks);
}
