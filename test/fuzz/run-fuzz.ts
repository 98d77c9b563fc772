import fc from 'fast-check';
import { routeMatcher } from '../../lambdas/http/match-route.ts';
import { allRoutes } from '../../shared/contracts/api/routes/all-routes.ts';
import type { RouteContract } from '../../shared/contracts/api/routes/route.ts';
import { checkAnswer, type FuzzAnswer } from './check-answer.ts';
import { KnownIds } from './known-ids.ts';
import { fuzzOperations, type FuzzOperation } from './operations.ts';
import { requestFor, type FuzzRequest } from './request.ts';
import { withIds } from './values.ts';
import type { FuzzWorld } from './world.ts';

const LIMIT_MS = 20_000; // one call; those that wait for somebody take up to ten seconds
const OBJECT_KEYS = Object.getOwnPropertyNames(Object.prototype).length;

const matchRoute = routeMatcher(allRoutes);

export interface FuzzSettings {
  readonly seed: number;
  /** Requests altogether, in equal parts for each operation. */
  readonly runs: number;
  /** Only operations whose id contains it, or one of several with commas between. */
  readonly only?: string;
  /** Ids of operations that are left out. */
  readonly except?: readonly string[];
}

export interface FuzzResult {
  readonly calls: number;
  /** How often each operation was answered with which status. */
  readonly statuses: ReadonlyMap<string, ReadonlyMap<number, number>>;
  /** What was found: the operation, the smallest request that shows it, and what was wrong. */
  readonly failures: readonly string[];
}

/** Sends requests made from the OpenAPI document, and checks each answer. The same seed makes the same requests. */
export async function runFuzz(world: FuzzWorld, { seed, runs, only = '', except = [] }: FuzzSettings): Promise<FuzzResult> {
  const ids = new KnownIds();
  const statuses = new Map<string, Map<number, number>>();
  const failures: string[] = [];
  const operations = fuzzOperations().filter(({ id }) => only.split(',').some((part) => id.includes(part)) && !except.includes(id));
  const numRuns = Math.max(1, Math.ceil(runs / operations.length));
  for (const operation of inOrder(operations)) {
    const counts = new Map<number, number>();
    statuses.set(operation.id, counts);
    const property = fc.asyncProperty(requestFor(operation), async (made) => {
      const status = await callAndCheck(world, ids, operation, made);
      counts.set(status, (counts.get(status) ?? 0) + 1);
    });
    const details = await fc.check(property, { seed, numRuns, endOnFailure: false, interruptAfterTimeLimit: 120_000 });
    if (details.failed) failures.push(`${operation.id}: ${String(details.errorInstance)}\n  ${shown(details.counterexample?.[0])}`);
  }
  const calls = [...statuses.values()].flatMap((counts) => [...counts.values()]).reduce((sum, count) => sum + count, 0);
  return { calls, statuses, failures };
}

/** What makes things goes first, so that the others find some; what takes them away goes last. */
const inOrder = (operations: readonly FuzzOperation[]): readonly FuzzOperation[] => {
  const rank = ({ contract, path }: FuzzOperation) => (contract.method === 'DELETE' || path.endsWith('/logout') ? 2 : contract.idempotent ? 0 : 1);
  return [...operations].sort((a, b) => rank(a) - rank(b));
};

const shown = (request: FuzzRequest | undefined): string => JSON.stringify(request)?.slice(0, 2_000) ?? '';

async function callAndCheck(world: FuzzWorld, ids: KnownIds, operation: FuzzOperation, made: FuzzRequest): Promise<number> {
  const request = withKnownIds(ids, made);
  world.written();
  const answer = await inTime(world.call(request, operation));
  const contract = contractOf(request);
  checkAnswer(answer, contract);
  checkTraces(world, answer);
  if (contract) checkIsolation(world, ids, contract, request, answer);
  if (answer.status < 300) ids.note(request.caller, answer.text);
  return answer.status;
}

/** Of the route that has to answer, which an odd path or method makes another than the one that was meant. */
function contractOf({ method, path }: FuzzRequest): RouteContract | undefined {
  try {
    return matchRoute(method, new URL(`http://api${path}`).pathname).contract;
  } catch {
    return undefined; // there is none
  }
}

/** The request with ids that are known by now. */
export function withKnownIds(ids: KnownIds, made: FuzzRequest): FuzzRequest {
  const filled = (text: string) => withIds(text, (prefix, index, isForeign) => ids.find(made.caller, prefix, index, isForeign));
  return { ...made, path: filled(made.path), query: filled(made.query), body: made.body === undefined ? undefined : filled(made.body) };
}

/** I8: what is refused leaves no trace, in the tables or in our own process. */
function checkTraces(world: FuzzWorld, { status }: FuzzAnswer): void {
  const written = world.written() ?? [];
  if (status >= 400 && written.length > 0) throw new Error(`a ${status} that wrote ${written.join(', ')}`);
  if (Object.getOwnPropertyNames(Object.prototype).length !== OBJECT_KEYS) throw new Error('something was added to Object.prototype');
}

/** I6: nothing of another workspace is shown, or changed. */
function checkIsolation({ workspaces }: FuzzWorld, ids: KnownIds, contract: RouteContract, request: FuzzRequest, { status, text }: FuzzAnswer): void {
  if (status >= 300 || contract.isPublic || contract.scope === 'operator') return;
  if (ids.isForeignTo(request.caller, request.path)) throw new Error(`${status} for an id of another workspace`);
  const other = workspaces[request.caller === 'stranger' ? 'own' : 'stranger'];
  if (text.includes(other)) throw new Error('an answer that shows the other workspace');
}

async function inTime<T>(call: Promise<T>): Promise<T> {
  const { promise: tooLong, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${LIMIT_MS} ms`)), LIMIT_MS);
  return Promise.race([call, tooLong]).finally(() => clearTimeout(timer));
}
