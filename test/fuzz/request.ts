import fc from 'fast-check';
import { aCsv, EXAMPLES, PATHS } from './examples.ts';
import { valueOf } from './json-schema.ts';
import { aMutation, mutated } from './mutate.ts';
import type { FuzzOperation } from './operations.ts';
import { aNastyText, jsonOf } from './values.ts';

/** Who calls. `narrow`: a key without any scope. */
export type FuzzCaller = 'own' | 'stranger' | 'narrow' | 'nobody';

/** With marks in place of ids, see `values.ts`. */
export interface FuzzRequest {
  readonly method: string;
  /** Percent-encoded as far as a client would. */
  readonly path: string;
  /** Without `?`. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly caller: FuzzCaller;
  /** For routes that want a signature. */
  readonly isSigned: boolean;
}

interface Body {
  readonly type: string;
  readonly text: string;
}
type MaybeBody = fc.Arbitrary<Body | undefined>;

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
const TYPES = ['text/plain', 'application/xml', 'application/json; charset=utf-16', 'application/JSON;charset=utf-8', 'multipart/form-data', 'text/csv', '', ';', 'application/json, text/csv'] as const;
const BROKEN = ['{', '{"a":}', '[1,]', 'nul', '"x', '{"a":1}{"b":2}', '\0', '\ufeff{}', "{'a':1}", '{"a":1,"a":2}', '1', '"text"', 'null', '[]', '[{}]', ' ', '{"__proto__":{"polluted":true}}', '{"constructor":{"prototype":{"polluted":true}}}'] as const;
const ODD_PATHS = ['/', '//', '/v1', '/v1/', '/v1/../v1/sessions', '/v1/sessions/', '/v1//sessions', '/V1/Sessions', '/v1/sessions/%2e%2e/messages', '/v1/sessions/..%2f..', '/__proto__', '/v1/constructor', '/v1/sessions/%00', '/v1/sessions/%ff', '/v1/%', `/v1/sessions/${'x'.repeat(4_000)}`, '/health/', '/docs/x', '/openapi.json/..'] as const;
const IDEMPOTENCY_KEYS = ['', 'a', 'b', 'x'.repeat(255), 'x'.repeat(256), ' ', '__proto__', '\u00ff'] as const;
const LONG_HEADER = 'x'.repeat(6_000);

const rarely = <T>(usual: T, ...others: T[]): fc.Arbitrary<T> => fc.oneof({ arbitrary: fc.constant(usual), weight: 12 }, { arbitrary: fc.constantFrom(...others), weight: 1 });

const json = (value: unknown): Body | undefined => (value === undefined ? undefined : { type: 'application/json', text: jsonOf(value) });
const csv = (): MaybeBody => aCsv().map((text) => ({ type: 'text/csv', text }));
const takesCsv = ({ contract }: FuzzOperation): boolean => contract.textBodies?.includes('text/csv') ?? false;
const NO_BODY: MaybeBody = fc.constant(undefined);

type Made = Omit<FuzzRequest, 'body'> & { readonly body: Body | undefined };
const asRequest = ({ body, headers, ...rest }: Made): FuzzRequest => ({ ...rest, headers: { ...(body && { 'content-type': body.type }), ...headers }, body: body?.text });

/** Requests for one operation: some are what it documents, most nearly so, some are nothing at all. */
export const requestFor = (operation: FuzzOperation): fc.Arbitrary<FuzzRequest> =>
  fc.oneof({ arbitrary: rightRequest(operation), weight: 2 }, { arbitrary: anyRequest(operation), weight: 3 });

/** What it documents, with ids that may be there. */
export const rightRequest = (operation: FuzzOperation): fc.Arbitrary<FuzzRequest> =>
  fc.record<Made>({
    method: fc.constant(operation.contract.method),
    path: rightPath(operation),
    query: rightQuery(operation),
    headers: fc.constant({}),
    body: rightBody(operation) ?? NO_BODY,
    caller: fc.constantFrom<FuzzCaller>('own', 'own', 'own', 'stranger'),
    isSigned: fc.constant(true),
  }).map(asRequest);

const anyRequest = (operation: FuzzOperation): fc.Arbitrary<FuzzRequest> =>
  fc.record<Made>({
    method: rarely<string>(operation.contract.method, ...METHODS),
    path: pathOf(operation),
    query: queryOf(operation),
    headers: headersOf(operation),
    body: bodyOf(operation),
    caller: fc.oneof({ arbitrary: fc.constant<FuzzCaller>('own'), weight: 16 }, { arbitrary: fc.constantFrom<FuzzCaller>('stranger', 'narrow', 'nobody'), weight: 2 }),
    isSigned: rarely(true, false),
  }).map(asRequest);

const inside = ({ parameters }: FuzzOperation, place: 'path' | 'query') => parameters.filter((parameter) => parameter.in === place);

function rightPath(operation: FuzzOperation): fc.Arbitrary<string> {
  const known = PATHS[operation.id];
  if (known !== undefined) return fc.constant(known);
  const ids = inside(operation, 'path');
  return fc.tuple(...ids.map(({ schema, name }) => valueOf(schema, name))).map((values) => filledIn(operation.path, ids.map(({ name }) => name), values));
}

function rightQuery(operation: FuzzOperation): fc.Arbitrary<string> {
  const pairs = inside(operation, 'query').map(({ name, schema, required }) => {
    const right = valueOf(schema, name).map((value) => [`${name}=${encoded(String(value))}`]);
    return required ? right : fc.oneof({ arbitrary: right, weight: 1 }, { arbitrary: fc.constant<string[]>([]), weight: name === 'cursor' ? 20 : 3 });
  });
  return fc.tuple(...pairs).map((parts) => parts.flat().join('&'));
}

/** `undefined`: it takes none. */
function rightBody(operation: FuzzOperation): MaybeBody | undefined {
  const schema = operation.bodies['application/json'];
  if (schema) return (EXAMPLES[operation.id]?.() ?? valueOf(schema)).map(json);
  return takesCsv(operation) ? csv() : undefined;
}

function pathOf(operation: FuzzOperation): fc.Arbitrary<string> {
  const ids = inside(operation, 'path');
  const good = rightPath(operation);
  const odd = fc.tuple(...ids.map(() => aNastyText())).map((values) => filledIn(operation.path, ids.map(({ name }) => name), values));
  const tail = fc.tuple(good, fc.constantFrom('/', '/x', '%20', '%2f', '/..', ';v=1')).map(([start, end]) => start + end);
  return fc.oneof({ arbitrary: good, weight: 20 }, { arbitrary: odd, weight: ids.length }, { arbitrary: tail, weight: 1 }, { arbitrary: fc.constantFrom(...ODD_PATHS), weight: 1 });
}

const filledIn = (path: string, names: readonly string[], values: readonly unknown[]): string =>
  names.reduce((filled, name, i) => filled.replace(`{${name}}`, () => encoded(String(values[i]))), path);

/** Marks stay as they are: the world replaces them later. */
const encoded = (text: string): string => (/^<[a-z]{3}:\d+!?>$/.test(text) ? text : encodeURIComponent(text.toWellFormed()));

function queryOf(operation: FuzzOperation): fc.Arbitrary<string> {
  const pairs = inside(operation, 'query').map(({ name, schema, required }) => {
    const right = valueOf(schema, name).map((value) => [`${name}=${encoded(String(value))}`]);
    const wrong = aNastyText().map((value) => [`${name}=${encoded(value)}`]);
    const twice = fc.tuple(right, right).map((both) => both.flat());
    const some = [{ arbitrary: right, weight: 4 }, { arbitrary: wrong, weight: 1 }, { arbitrary: twice, weight: 1 }];
    return name === 'wait' ? right : fc.oneof(...some, { arbitrary: fc.constant<string[]>([]), weight: required ? 1 : 12 });
  });
  const unknown = fc.oneof({ arbitrary: fc.constant<string[]>([]), weight: 20 }, { arbitrary: fc.constantFrom(['x=1'], ['__proto__=1'], ['constructor=1&constructor=2'], ['=1'], ['%00=%ff'], ['a[b]=c'], [`q=${'x'.repeat(3_000)}`]), weight: 1 });
  return fc.tuple(...pairs, unknown).map((parts) => parts.flat().join('&'));
}

function headersOf({ contract, bodies }: FuzzOperation): fc.Arbitrary<Record<string, string>> {
  const some = (name: string, value: fc.Arbitrary<string>, weight: number) => fc.oneof({ arbitrary: fc.constant({}), weight: 10 }, { arbitrary: value.map((text) => ({ [name]: text })), weight });
  return fc
    .tuple(
      some('content-type', fc.constantFrom(...TYPES, ...Object.keys(bodies)), 1),
      some('idempotency-key', fc.constantFrom(...IDEMPOTENCY_KEYS), contract.idempotent ? 5 : 1),
      some('accept', fc.constantFrom('*/*', 'image/png', 'text/html;q=x,,', 'application/xml', ';;', 'image/*;q=0', LONG_HEADER), contract.alternatives ? 5 : 1),
      some('x-hmac-timestamp', fc.constantFrom('0', '-1', 'x', '1e99', ''), contract.isSigned ? 1 : 0),
      some('x-request-id', fc.constantFrom('x', LONG_HEADER), 1),
    )
    .map((parts) => Object.assign({}, ...parts) as Record<string, string>);
}

function bodyOf(operation: FuzzOperation): MaybeBody {
  const broken: MaybeBody = fc.constantFrom(...BROKEN).map((text) => ({ type: 'application/json', text }));
  const files = takesCsv(operation) ? [{ arbitrary: csv(), weight: 6 }] : [];
  const schema = operation.bodies['application/json'];
  if (!schema) return fc.oneof({ arbitrary: NO_BODY, weight: 14 }, { arbitrary: broken, weight: 1 }, ...files);
  const right = EXAMPLES[operation.id]?.() ?? valueOf(schema);
  const wrong = fc.tuple(right, fc.array(aMutation(), { minLength: 1, maxLength: 3 })).map(([value, mutations]) => mutations.reduce<unknown>(mutated, value));
  return fc.oneof({ arbitrary: right.map(json), weight: 4 }, { arbitrary: wrong.map(json), weight: 14 }, { arbitrary: broken, weight: 1 }, { arbitrary: NO_BODY, weight: 1 }, ...files);
}
