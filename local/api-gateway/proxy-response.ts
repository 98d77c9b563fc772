import type { ServerResponse } from 'node:http';
import * as z from 'zod';
import { GatewayRefusal } from './gateway-refusal.ts';

const value = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** What a Lambda proxy integration must return. */
const ProxyResult = z.object({
  statusCode: z.coerce.number().int().min(100).max(599),
  headers: z.record(z.string(), value).nullish(),
  multiValueHeaders: z.record(z.string(), z.array(value)).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
});
export type ProxyResult = z.infer<typeof ProxyResult>;

/** Throws a GatewayRefusal if the function returned something else. */
export function parseProxyResult(result: unknown): ProxyResult {
  const parsed = ProxyResult.safeParse(result);
  if (!parsed.success) throw new GatewayRefusal('DEFAULT_5XX', parsed.error);
  return parsed.data;
}

export function sendProxyResult(response: ServerResponse, result: ProxyResult): void {
  const body = Buffer.from(result.body ?? '', result.isBase64Encoded ? 'base64' : 'utf8');
  response.statusCode = result.statusCode;
  for (const [name, text] of Object.entries(result.headers ?? {})) response.setHeader(name, text);
  for (const [name, texts] of Object.entries(result.multiValueHeaders ?? {})) response.setHeader(name, texts);
  response.setHeader('Content-Length', body.length);
  response.end(body);
}
