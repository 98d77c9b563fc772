import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { httpApi } from '../../../lambdas/http/http-api.ts';
import type { Routes } from '../../../shared/contracts/api/routes/route.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import { callApi, type ApiCall } from '../../support/api-event.ts';
import { memoryIdempotency } from '../../support/fakes/memory-idempotency.ts';

const tag = 'Things';
const routes = {
  makeThing: {
    method: 'POST', path: '/v1/things', tag, summary: '', scope: 'sessions:write', idempotent: true,
    body: z.strictObject({ name: z.string().max(10), parts: z.array(z.strictObject({ size: z.int() })).optional() }),
    responses: { 201: z.unknown() },
  },
  makeSecret: {
    method: 'POST', path: '/v1/secrets', tag, summary: '', scope: 'sessions:write', idempotent: true, secretResponse: true,
    responses: { 201: z.unknown() },
  },
  listThings: {
    method: 'GET', path: '/v1/things', tag, summary: '', scope: 'sessions:read',
    query: z.strictObject({ limit: z.coerce.number().int().max(5).default(3) }), responses: { 200: z.unknown() },
  },
  getThing: {
    method: 'GET', path: '/v1/things/{id}', tag, summary: '', scope: null,
    params: z.object({ id: z.string().regex(/^thg_/) }), responses: { 200: z.unknown() },
  },
  importThings: {
    method: 'POST', path: '/v1/things/import', tag, summary: '', scope: null,
    body: z.strictObject({}), textBodies: ['text/csv'], responses: { 202: z.unknown() },
  },
  failThing: { method: 'POST', path: '/v1/things/{id}/fail', tag, summary: '', scope: null, params: z.object({ id: z.string() }), responses: { 200: z.unknown() } },
} as const satisfies Routes;

interface Refused extends ApiCall {
  readonly what: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly code: string;
  readonly fields?: readonly string[];
}

const failures: Readonly<Record<string, Error>> = {
  throttled: new DomainError('throttled', 'too_fast', 'Slow down.', { retryAfterSeconds: 7 }),
  unavailable: new DomainError('unavailable', 'busy', 'Later.'),
  conflict: new DomainError('conflict', 'taken', 'Taken.'),
  bug: new TypeError('secret detail'),
};

function start() {
  const made: { name: string; now: number; seed: string }[] = [];
  const errors: Error[] = [];
  const handler = httpApi({
    routes,
    idempotency: memoryIdempotency(),
    operations: {
      makeThing: async ({ body: { name }, now, seed }) => {
        const error = errors.shift();
        if (error) throw error;
        made.push({ name, now, seed });
        return { status: 201, body: { id: `thg_${made.length}`, name } };
      },
      makeSecret: async () => ({ status: 201, body: { id: 'sec_1', secret: 'hush' } }),
      listThings: async ({ query, workspaceId }) => ({ status: 200, body: { ...query, workspaceId } }),
      getThing: async ({ params }) => ({ status: 200, body: params }),
      importThings: async ({ text }) => ({ status: 202, body: { text: text ?? null } }),
      failThing: async ({ params }) => {
        throw failures[params.id] as Error;
      },
    },
  });
  return { made, errors, call: (method: string, target: string, call?: ApiCall) => callApi(handler, method, target, call) };
}

describe('httpApi', () => {
  it.each<Refused>([
    { what: 'an unknown path', method: 'GET', path: '/v1/nothing', status: 404, code: 'not_found' },
    { what: 'a method the path does not have', method: 'PUT', path: '/v1/things', status: 405, code: 'method_not_allowed' },
    { what: 'an id of the wrong form', method: 'GET', path: '/v1/things/x', status: 404, code: 'not_found', fields: ['id'] },
    { what: 'a broken escape in the path', method: 'GET', path: '/v1/things/%E0%A4', status: 404, code: 'not_found', fields: ['id'] },
    { what: 'no caller', method: 'GET', path: '/v1/things', workspaceId: null, status: 401, code: 'unauthorized' },
    { what: 'a missing scope', method: 'GET', path: '/v1/things', scopes: ['messages:read'] as const, status: 403, code: 'missing_scope' },
    { what: 'an unknown query parameter', method: 'GET', path: '/v1/things?lmit=1', status: 422, code: 'invalid_request', fields: ['lmit'] },
    { what: 'a query parameter given twice', method: 'GET', path: '/v1/things?limit=1&limit=2', status: 422, code: 'invalid_request', fields: ['limit'] },
    { what: 'any query parameter on a route without', method: 'GET', path: '/v1/things/thg_1?a=1', status: 422, code: 'invalid_request', fields: ['a'] },
    { what: 'broken JSON', method: 'POST', path: '/v1/things', body: '{"name":', status: 400, code: 'malformed_json' },
    { what: 'a wrong type', method: 'POST', path: '/v1/things', body: { name: 5 }, status: 422, code: 'invalid_request', fields: ['name'] },
    { what: 'a missing field', method: 'POST', path: '/v1/things', status: 422, code: 'invalid_request', fields: ['name'] },
    { what: 'a body that is no object', method: 'POST', path: '/v1/things', body: 'null', status: 422, code: 'invalid_request', fields: [''] },
    { what: 'an unknown field deep inside', method: 'POST', path: '/v1/things', body: { name: 'a', parts: [{ size: 1 }, { size: 1, sise: 2 }] }, status: 422, code: 'invalid_request', fields: ['parts.1.sise'] },
    { what: 'a body where none belongs', method: 'POST', path: '/v1/secrets', body: { a: 1 }, status: 422, code: 'invalid_request', fields: ['a'] },
    { what: 'another content type', method: 'POST', path: '/v1/things', body: 'name=a', headers: { 'content-type': 'application/x-www-form-urlencoded' }, status: 415, code: 'unsupported_media_type' },
    { what: 'a body over the limit', method: 'POST', path: '/v1/things', body: JSON.stringify({ name: 'x'.repeat(7_000_000) }), status: 413, code: 'payload_too_large' },
    { what: 'a key that is too long', method: 'POST', path: '/v1/things', body: { name: 'a' }, headers: { 'Idempotency-Key': 'k'.repeat(300) }, status: 422, code: 'invalid_request', fields: ['Idempotency-Key'] },
  ])('refuses $what with $status', async ({ method, path, status, code, fields, ...call }) => {
    const { call: request, made } = start();
    const answer = await request(method, path, call);
    expect(answer).toMatchObject({ status, headers: { 'content-type': 'application/problem+json', 'x-request-id': expect.any(String) } });
    expect(answer.body).toMatchObject({ type: `https://blazz.dev/problems/${code}`, status, code, title: expect.any(String), requestId: answer.headers['x-request-id'] });
    if (fields) expect((answer.body as { errors: { path: string }[] }).errors.map(({ path }) => path)).toEqual(fields);
    expect(made).toEqual([]);
  });

  it('names the methods a path takes', async () => {
    expect((await start().call('PUT', '/v1/things')).headers['allow']).toBe('POST, GET');
  });

  it.each([
    { id: 'throttled', status: 429, code: 'too_fast', retryAfter: '7' },
    { id: 'unavailable', status: 503, code: 'busy', retryAfter: '5' },
    { id: 'conflict', status: 409, code: 'taken', retryAfter: undefined },
    { id: 'bug', status: 500, code: 'internal', retryAfter: undefined },
  ])('answers a $id error with $status', async ({ id, status, code, retryAfter }) => {
    const { body, headers } = await start().call('POST', `/v1/things/${id}/fail`);
    expect(body).toMatchObject({ status, code });
    expect(headers['retry-after']).toBe(retryAfter);
    expect(JSON.stringify(body)).not.toContain('secret detail');
  });

  it('prefers a literal path over an id, and hands over text as it came', async () => {
    const headers = { 'Content-Type': 'text/csv; charset=utf-8' };
    const answer = await start().call('POST', '/v1/things/import', { body: 'to\n+49', headers });
    expect(answer).toMatchObject({ status: 202, body: { text: 'to\n+49' } });
  });

  it('fills in defaults and the workspace of the caller', async () => {
    expect((await start().call('GET', '/v1/things/')).body).toEqual({ limit: 3, workspaceId: 'wsp_01J00000000000000000000000' });
  });

  describe('with an Idempotency-Key', () => {
    const headers = { 'Idempotency-Key': 'k1' };
    const post = (api: ReturnType<typeof start>, body: unknown, more = {}) => api.call('POST', '/v1/things', { body, headers, ...more });

    it('answers a repeat as the first time, whatever the order of its fields', async () => {
      const api = start();
      const first = await post(api, { name: 'a', parts: [] });
      const again = await post(api, { parts: [], name: 'a' });
      expect(again).toMatchObject({ status: 201, body: first.body, headers: { 'idempotent-replay': 'true' } });
      expect(api.made).toHaveLength(1);
    });

    it('refuses another body, and knows nothing of other workspaces', async () => {
      const api = start();
      await post(api, { name: 'a' });
      expect(await post(api, { name: 'b' })).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
      expect(await post(api, { name: 'b' }, { workspaceId: 'wsp_other' })).toMatchObject({ status: 201 });
    });

    it('lets a refused request be corrected', async () => {
      const api = start();
      api.errors.push(failures['conflict'] as Error);
      expect(await post(api, { name: 'a' })).toMatchObject({ status: 409 });
      expect(await post(api, { name: 'b' })).toMatchObject({ status: 201 });
    });

    it('repeats one that broke off with the same time and seed', async () => {
      const api = start();
      api.errors.push(failures['bug'] as Error);
      expect(await post(api, { name: 'a' })).toMatchObject({ status: 500 });
      const first = Date.now();
      expect(await post(api, { name: 'a' })).toMatchObject({ status: 201 });
      expect(api.made[0]?.now).toBeLessThanOrEqual(first);
      expect(api.made[0]?.seed).toContain('k1');
    });

    it('shows a secret once', async () => {
      const api = start();
      const call = () => api.call('POST', '/v1/secrets', { headers });
      expect(await call()).toMatchObject({ status: 201, body: { secret: 'hush' } });
      const again = await call();
      expect(again).toMatchObject({ status: 409, body: { code: 'already_done', detail: expect.stringContaining('sec_1') } });
    });
  });
});
