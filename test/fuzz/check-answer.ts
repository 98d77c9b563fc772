import { Problem } from '../../shared/contracts/api/common.ts';
import type { RouteContract } from '../../shared/contracts/api/routes/route.ts';

/** What a client sees. */
export interface FuzzAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Throws an Error that says what the answer breaks of what the contract promises for every request. */
export function checkAnswer(answer: FuzzAnswer, contract: RouteContract | undefined): void {
  const { status } = answer;
  if (status >= 500 || status < 200) throw new Error(`answered ${status}: ${answer.text.slice(0, 300)}`);
  if (status >= 400) return checkProblem(answer);
  if (contract) checkSuccess(answer, contract);
}

function checkProblem({ status, headers, text }: FuzzAnswer): void {
  require(headers['content-type']?.startsWith('application/problem+json') ?? false, `a ${status} as ${headers['content-type']}`);
  const problem = Problem.strict().parse(JSON.parse(text));
  require(problem.status === status, `status ${problem.status} in the body of a ${status}`);
  require(problem.type.endsWith(`/${problem.code}`), `type ${problem.type} for the code ${problem.code}`);
  require(problem.detail !== '' && problem.title !== '', 'a problem without words');
  require(!/\bat [\w.<>]+ \(|node_modules|\.ts:\d/.test(text), `a stack: ${text.slice(0, 300)}`);
  if (status === 405) require(Boolean(headers['allow']), 'a 405 without Allow');
  if (status === 429 || status === 503) require(/^\d+$/.test(headers['retry-after'] ?? ''), `a ${status} without Retry-After`);
  if (problem.code === 'invalid_request') require((problem.errors?.length ?? 0) > 0, 'invalid_request that names no field');
}

function checkSuccess({ status, headers, text }: FuzzAnswer, contract: RouteContract): void {
  require(String(status) in contract.responses, `status ${status}, which is not documented`);
  const type = headers['content-type']?.split(';')[0] ?? '';
  if (contract.alternatives?.includes(type)) return;
  const schema = contract.responses[status];
  if (!schema) return require(text === '', `a body where none is documented: ${text.slice(0, 100)}`);
  require(type === 'application/json', `${type}, which is not documented`);
  const body = JSON.parse(text) as unknown;
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new Error(`an answer against its schema: ${parsed.error.message} in ${text.slice(0, 500)}`);
  const more = undocumented(body, JSON.parse(JSON.stringify(parsed.data)));
  require(more.length === 0, `fields that are not documented: ${more.join(', ')}`);
}

/** Paths of what the answer has and its schema does not. */
function undocumented(body: unknown, known: unknown, path = ''): readonly string[] {
  if (typeof body !== 'object' || body === null) return body === known ? [] : [path];
  if (typeof known !== 'object' || known === null) return [path];
  return Object.entries(body).flatMap(([name, inner]) => undocumented(inner, (known as Record<string, unknown>)[name], `${path}/${name}`));
}

function require(isTrue: boolean, otherwise: string): void {
  if (!isTrue) throw new Error(otherwise);
}
