import * as z from 'zod';
import { FunctionError } from '../functions/function-error.ts';
import type { Functions } from '../functions/functions.ts';
import { GatewayRefusal } from './gateway-refusal.ts';
import type { RequestEvent } from './proxy-event.ts';
import type { AuthorizerSpec, RestApi } from './rest-api.ts';

const texts = z.union([z.string().transform((text) => [text]), z.array(z.string())]);

const Verdict = z.object({
  principalId: z.string(),
  policyDocument: z.object({
    Statement: z.array(z.object({ Effect: z.enum(['Allow', 'Deny']), Resource: texts })),
  }),
  context: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
});
type Verdict = z.infer<typeof Verdict>;

interface AuthorizerEvent extends RequestEvent {
  readonly type: 'REQUEST';
  readonly methodArn: string;
}

interface Cached {
  readonly verdict: Promise<Verdict>;
  readonly expiresAt: number;
}

const MOST_CACHED = 10_000;

function isMatch(pattern: string, arn: string): boolean {
  const expression = pattern.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`).replaceAll('*', '.*').replaceAll('?', '.');
  return new RegExp(`^${expression}$`).test(arn);
}

/** As IAM decides: a denial wins, and what nothing allows is denied. */
function isAllowed({ policyDocument: { Statement } }: Verdict, arn: string): boolean {
  const effects = Statement.filter(({ Resource }) => Resource.some((pattern) => isMatch(pattern, arn)));
  return effects.length > 0 && effects.every(({ Effect }) => Effect === 'Allow');
}

/** Asks Lambda authorizers, and remembers what they said for as long as the template allows. */
export class Authorizers {
  readonly #functions: Functions;
  readonly #api: RestApi;
  readonly #cache = new Map<string, Cached>();

  constructor(functions: Functions, api: RestApi) {
    this.#functions = functions;
    this.#api = api;
  }

  /** The `requestContext.authorizer` of the request. Throws a GatewayRefusal if it must not pass. */
  async authorize(spec: AuthorizerSpec, event: RequestEvent): Promise<Record<string, string>> {
    const methodArn = `${this.#api.arn}/${event.httpMethod}${event.path}`;
    const verdict = await this.#verdict(spec, { ...event, type: 'REQUEST', methodArn });
    if (!isAllowed(verdict, methodArn)) throw new GatewayRefusal('ACCESS_DENIED');
    const context = Object.entries(verdict.context).map(([name, value]): [string, string] => [name, String(value)]);
    return { principalId: verdict.principalId, ...Object.fromEntries(context) };
  }

  /** From here on every key is asked about anew. */
  flush(): void {
    this.#cache.clear();
  }

  async #verdict(spec: AuthorizerSpec, event: AuthorizerEvent): Promise<Verdict> {
    const headers = Object.fromEntries(Object.entries(event.headers).map(([name, value]) => [name.toLowerCase(), value]));
    const identity = spec.identityHeaders.map((name) => headers[name]);
    if (identity.some((value) => !value)) throw new GatewayRefusal('UNAUTHORIZED');
    if (spec.cacheMs === 0 || identity.length === 0) return this.#ask(spec, event);
    return this.#cached(JSON.stringify([spec.functionArn, ...identity]), spec, event);
  }

  #cached(key: string, spec: AuthorizerSpec, event: AuthorizerEvent): Promise<Verdict> {
    const known = this.#cache.get(key);
    if (known && known.expiresAt > Date.now()) return known.verdict;
    const verdict = this.#ask(spec, event);
    verdict.catch(() => this.#cache.delete(key)); // only answers are kept, refusals are asked again
    this.#cache.delete(key); // re-inserted last: the first of the map is always the oldest
    this.#cache.set(key, { verdict, expiresAt: Date.now() + spec.cacheMs });
    const [oldest] = this.#cache.keys();
    if (this.#cache.size > MOST_CACHED && oldest !== undefined) this.#cache.delete(oldest);
    return verdict;
  }

  async #ask(spec: AuthorizerSpec, event: AuthorizerEvent): Promise<Verdict> {
    try {
      return Verdict.parse(await this.#functions.get(spec.functionArn).invoke(event));
    } catch (error) {
      const isRefused = error instanceof FunctionError && error.failure.errorMessage === 'Unauthorized';
      throw new GatewayRefusal(isRefused ? 'UNAUTHORIZED' : 'AUTHORIZER_FAILURE', error);
    }
  }
}
