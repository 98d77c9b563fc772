const TIMEOUT_MS = 40_000;

export interface JsonAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export interface JsonRequest {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** One JSON call. Any status is an answer; only a broken connection or 40 s without one throws. */
export async function callJson(url: string, { method = 'GET', body, headers = {} }: JsonRequest = {}): Promise<JsonAnswer> {
  const response = await fetch(url, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  return { status: response.status, headers: response.headers, body: parsed(await response.text()) };
}

/** The body of a 2xx answer; anything else throws with what the server said. */
export function expectOk<T>(answer: JsonAnswer, what: string): T {
  if (answer.status >= 200 && answer.status < 300) return answer.body as T;
  throw new Error(`${what} was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
}
