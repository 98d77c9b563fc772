import type { LookupFunction } from 'node:net';
import { Agent, request, type Dispatcher } from 'undici';
import { DomainError } from '../../domain/errors.ts';
import type { CheckWebhookUrl, SendOutcome, SendWebhook } from '../../domain/webhooks/webhook-sender.ts';
import {
  literalAddress,
  publicAddresses,
  RefusedTargetError,
  requirePublic,
  systemResolve,
  type AddressRules,
  type Resolve,
} from './public-addresses.ts';
import { readExcerpt } from './read-excerpt.ts';

/*
 * Requests to URLs our customers choose. The guard looks at the address a connection is really made to: host names are
 * resolved and checked inside the connection's own look-up, so a name that answers differently the second time is
 * checked the second time. That look-up does not run for literal addresses, so these are checked on their own.
 */
const TOTAL_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 5_000;
const KEEP_ALIVE_MS = 4_000;

export interface GuardedFetchOptions extends AddressRules {
  readonly resolve?: Resolve;
  readonly totalTimeoutMs?: number;
}

/**
 * For registration: refuses a URL early, with the field named. Delivery checks again, since names change; so a name that
 * does not resolve, for now or from here, is no reason to refuse.
 */
export function checkWebhookUrl({ resolve = systemResolve, ...rules }: GuardedFetchOptions): CheckWebhookUrl {
  return async (url) => {
    try {
      await requirePublicUrl(new URL(url), resolve, rules);
    } catch (error) {
      if (error instanceof RefusedTargetError) throw refusal(error.message, error);
    }
  };
}

const refusal = (message: string, cause: unknown): DomainError =>
  new DomainError('invalid', 'webhook_target_refused', 'Webhooks go to public HTTP addresses only.', {
    cause,
    fields: [{ path: 'url', message }],
  });

async function requirePublicUrl(url: URL, resolve: Resolve, rules: AddressRules): Promise<void> {
  requireHttp(url);
  const literal = literalAddress(url);
  if (literal !== undefined) requirePublic(literal, rules);
  else await publicAddresses(url.hostname, resolve, rules);
}

export function requireHttp({ protocol, username, password }: URL): void {
  if (protocol !== 'https:' && protocol !== 'http:') throw new RefusedTargetError('must begin with https:// or http://');
  if (username !== '' || password !== '') throw new RefusedTargetError('must not hold a user name or password');
}

/** Sends webhooks over kept-alive connections. Follows no redirect; 10 s and 64 KB of answer at most. */
export function guardedSender(options: GuardedFetchOptions): SendWebhook {
  const { resolve = systemResolve, totalTimeoutMs = TOTAL_TIMEOUT_MS, ...rules } = options;
  const dispatcher = guardedAgent(resolve, rules, totalTimeoutMs);
  return async (target, headers, body) => {
    try {
      const url = new URL(target);
      requireHttp(url);
      const literal = literalAddress(url);
      if (literal !== undefined) requirePublic(literal, rules);
      const signal = AbortSignal.timeout(totalTimeoutMs);
      return await answered(await request(url, { method: 'POST', headers, body, dispatcher, signal }));
    } catch (error) {
      return failureOf(error);
    }
  };
}

/** An abort waits for a connection under way, so that has a limit of its own, well below the total. */
export const guardedAgent = (resolve: Resolve, rules: AddressRules, totalTimeoutMs: number): Agent =>
  new Agent({
    connect: { lookup: guardedLookup(resolve, rules), timeout: Math.min(CONNECT_TIMEOUT_MS, totalTimeoutMs) },
    headersTimeout: totalTimeoutMs,
    bodyTimeout: totalTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
  });

/** The connection goes to what this returns and to nothing else. */
const guardedLookup =
  (resolve: Resolve, rules: AddressRules): LookupFunction =>
  (hostname, { all }, callback) => {
    publicAddresses(hostname, resolve, rules).then(
      (addresses) => {
        const [first] = addresses;
        if (!first) callback(new Error(`${hostname} has no address`), '');
        else if (all) callback(null, [...addresses]);
        else callback(null, first.address, first.family);
      },
      (error: unknown) => callback(error as Error, ''),
    );
  };

/** The status has been said: what follows changes nothing, so little time is given to it. */
async function answered({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<SendOutcome> {
  const excerpt = await readExcerpt(body, headers['content-type']);
  return { outcome: 'answered', status: statusCode, retryAfterSeconds: retryAfterSeconds(headers['retry-after']), excerpt };
}

/** Seconds, or an HTTP date. */
function retryAfterSeconds(header: string | string[] | undefined): number | undefined {
  if (typeof header !== 'string') return undefined;
  const seconds = /^\d{1,9}$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1_000;
  return Number.isFinite(seconds) && seconds > 0 ? seconds : undefined;
}

function failureOf(error: unknown): SendOutcome {
  const refused = causes(error).find((cause) => cause instanceof RefusedTargetError);
  if (refused) return { outcome: 'refused', reason: refused.message };
  const { name = 'Error', code } = error as { name?: string; code?: string };
  return { outcome: 'unreachable', reason: name === 'TimeoutError' ? 'no answer in time' : `no answer: ${code ?? name}` };
}

const causes = (error: unknown): readonly Error[] => (error instanceof Error ? [error, ...causes(error.cause)] : []);
