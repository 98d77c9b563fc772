import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod';

const list = z.array(z.string()).default([]);

/** A rule of `AWS::S3::Bucket`'s CorsConfiguration. */
export const CorsRule = z.object({ AllowedOrigins: list, AllowedMethods: list, AllowedHeaders: list });
export type CorsRule = z.infer<typeof CorsRule>;

export const CorsConfiguration = z.object({ CorsRules: z.array(CorsRule) }).default({ CorsRules: [] });

const allows = (allowed: readonly string[], value: string): boolean => allowed.some((each) => each === '*' || each.toLowerCase() === value.toLowerCase());

/** Tells a browser's page what it may do here. `true`: it was only asking, and is answered. */
export function allowOrigin(request: IncomingMessage, response: ServerResponse, rules: readonly CorsRule[]): boolean {
  const { origin, 'access-control-request-method': asked, 'access-control-request-headers': headers } = request.headers;
  const isQuestion = request.method === 'OPTIONS';
  const method = isQuestion ? (asked ?? '') : (request.method ?? '');
  const rule = origin === undefined ? undefined : rules.find(({ AllowedOrigins, AllowedMethods }) => allows(AllowedOrigins, origin) && allows(AllowedMethods, method));
  if (rule) response.setHeader('access-control-allow-origin', rule.AllowedOrigins.includes('*') ? '*' : (origin ?? ''));
  if (!isQuestion) return false;
  const isAllowed = rule !== undefined && (headers ?? '').split(',').every((header) => header.trim() === '' || allows(rule.AllowedHeaders, header.trim()));
  if (!isAllowed) response.writeHead(403).end();
  else response.writeHead(200, { 'access-control-allow-methods': rule.AllowedMethods.join(', '), 'access-control-allow-headers': headers ?? '' }).end();
  return true;
}
