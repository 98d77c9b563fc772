import { Agent, fetch, type FormData, type RequestInit } from 'undici';
import type * as z from 'zod';
import { GraphError } from '../../contracts/meta/graph-answers.ts';
import type { GraphFailure, GraphRefusal, GraphResult } from '../../domain/meta/graph.ts';

/** What a send gets; an upload of 100 MB may take longer. */
const TIMEOUT_MS = 15_000;
const UPLOAD_TIMEOUT_MS = 120_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** These come before a connection stands: the request cannot have been seen. */
const NEVER_CONNECTED = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT'];

export interface GraphRequest {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly accessToken: string;
  readonly json?: unknown;
  readonly form?: FormData;
}

/** One call of the Graph API; nothing but an answer of the right form is `ok`. */
export type GraphCall = <S extends z.ZodType>(url: string, request: GraphRequest, answer: S) => Promise<GraphResult<z.output<S>>>;
export type GraphDownload = (url: string, accessToken: string) => Promise<GraphResult<ReadableStream<Uint8Array>>>;

/** Kept-alive connections to one Graph host. */
export function graphCaller(timeoutMs = TIMEOUT_MS): { readonly call: GraphCall; readonly download: GraphDownload } {
  const dispatcher = new Agent({ connect: { timeout: CONNECT_TIMEOUT_MS } });
  const send = (url: string, init: RequestInit, limitMs: number) =>
    fetch(url, { ...init, dispatcher, redirect: 'error', signal: AbortSignal.timeout(limitMs) });

  return {
    async call(url, request, answer) {
      try {
        const response = await send(url, initOf(request), request.form ? UPLOAD_TIMEOUT_MS : timeoutMs);
        return read(response.status, retryAfterOf(response.headers.get('retry-after')), await response.text(), answer);
      } catch (error) {
        return failureOf(error);
      }
    },

    async download(url, accessToken) {
      try {
        const response = await send(url, { headers: { authorization: `Bearer ${accessToken}` } }, UPLOAD_TIMEOUT_MS);
        if (response.status === 200 && response.body) return { outcome: 'ok', value: response.body as ReadableStream<Uint8Array> };
        return refusalIn(response.status, retryAfterOf(response.headers.get('retry-after')), parsed(await response.text())) ?? gone(response.status);
      } catch (error) {
        return failureOf(error);
      }
    },
  };
}

function initOf({ method = 'GET', accessToken, json, form }: GraphRequest): RequestInit {
  const headers = { authorization: `Bearer ${accessToken}`, ...(json !== undefined && { 'content-type': 'application/json' }) };
  if (json !== undefined) return { method, headers, body: JSON.stringify(json) };
  return { method, headers, ...(form && { body: form }) };
}

/** An answer without Meta's own words for it, such as a gateway's 502, says nothing about what happened behind it. */
function read<S extends z.ZodType>(status: number, retryAfter: number | null, text: string, answer: S): GraphResult<z.output<S>> {
  const body = parsed(text);
  const refusal = refusalIn(status, retryAfter, body);
  if (refusal) return refusal;
  const result = answer.safeParse(body);
  if (status >= 200 && status < 300 && result.success) return { outcome: 'ok', value: result.data };
  return { outcome: 'unknown', reason: `Meta answered ${status} in a form we do not know` };
}

function refusalIn(status: number, retryAfter: number | null, body: unknown): GraphRefusal | undefined {
  const { data } = GraphError.safeParse(body);
  if (!data) return undefined;
  const { code, error_subcode: subcode = null, message, error_user_msg: forPeople, error_data: more } = data.error;
  return { outcome: 'refused', status, code, subcode, message: more?.details ?? forPeople ?? message, retryAfter };
}

const gone = (status: number): GraphRefusal =>
  ({ outcome: 'refused', status, code: 0, subcode: null, message: `The file is not there (${status})`, retryAfter: null });

interface Failing {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly cause?: unknown;
}

function failureOf(error: unknown): GraphFailure {
  const code = causes(error).map((cause) => cause.code).find((found) => typeof found === 'string');
  if (NEVER_CONNECTED.includes(String(code))) return { outcome: 'unreachable', reason: `Meta is not reached (${String(code)})` };
  const isLate = causes(error).some(({ name }) => name === 'TimeoutError');
  return { outcome: 'unknown', reason: isLate ? 'Meta gave no answer in time' : 'The connection to Meta broke off' };
}

/** By their form: what the runtime itself throws need not be of our realm's Error. */
const causes = (error: unknown): readonly Failing[] =>
  typeof error === 'object' && error !== null ? [error, ...causes((error as Failing).cause)] : [];

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const retryAfterOf = (header: string | null): number | null => (header !== null && /^\d{1,6}$/.test(header) ? Number(header) : null);
