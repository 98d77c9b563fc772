import type { APIGatewayProxyEvent } from 'aws-lambda';
import * as z from 'zod';
import type { RouteContract } from '../../shared/contracts/api/routes/route.ts';
import { parseField } from './field-errors.ts';
import { HttpRefusal } from './http-refusal.ts';
import { requireWellFormed } from './well-formed.ts';

const LIMIT_BYTES = 6 * 1024 * 1024; // what Lambda takes as a request
const JSON_TYPE = 'application/json';
const NO_FIELDS = z.strictObject({});

export interface RequestBody {
  /** Parsed by the route's schema. */
  readonly body: unknown;
  /** The JSON as it came, or the text: what makes two requests the same. */
  readonly raw: unknown;
  readonly text: string | undefined;
}

/** Throws 413, 415, `malformed_json` (400) or `invalid_request` (422), in this order. */
export function readBody(event: APIGatewayProxyEvent, headers: ReadonlyMap<string, string>, contract: RouteContract): RequestBody {
  const text = bodyText(event, contract.mostBodyBytes ?? LIMIT_BYTES);
  const type = contentType(headers);
  if (text !== '' && contract.textBodies?.includes(type ?? '')) return { body: {}, raw: text, text };
  if (text !== '' && type !== undefined && type !== JSON_TYPE) throw unsupported(type, contract);
  if (contract.isSigned) return { body: {}, raw: text, text };
  const raw = text.trim() === '' ? {} : parseJson(text);
  requireWellFormed(text, raw);
  return { body: parseField(contract.body ?? NO_FIELDS, raw), raw, text: undefined };
}

function bodyText({ body, isBase64Encoded }: APIGatewayProxyEvent, mostBytes: number): string {
  const text = isBase64Encoded ? Buffer.from(body ?? '', 'base64').toString() : (body ?? '');
  if (Buffer.byteLength(text) > mostBytes) {
    throw new HttpRefusal(413, 'payload_too_large', `A request body may have ${mostBytes} bytes here. Send less at once.`);
  }
  return text;
}

/** Without parameters, in lower case. `undefined`: the client did not say, so it gets the benefit of the doubt. */
const contentType = (headers: ReadonlyMap<string, string>): string | undefined =>
  headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() || undefined;

function unsupported(type: string, contract: RouteContract): HttpRefusal {
  const taken = [JSON_TYPE, ...(contract.textBodies ?? [])].join(' or ');
  return new HttpRefusal(415, 'unsupported_media_type', `This call takes ${taken}, not ${type.slice(0, 100)}.`, { headers: { Accept: taken } });
}

/** Throws `malformed_json` (400). */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new HttpRefusal(400, 'malformed_json', 'The body is not JSON.', { cause: error });
  }
}
