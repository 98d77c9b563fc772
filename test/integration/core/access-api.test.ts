import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent, Context } from 'aws-lambda';
import type { ApiKeyView } from '../../../shared/contracts/api/operations.ts';
import type { HttpHandler } from '../../../lambdas/http/http-api.ts';
import { callApi, lambdaContext, type ApiCall } from '../../support/api-event.ts';
import { anId } from '../../support/builders/session.ts';
import { awsEnvironment, startDynamo, type TestDynamo } from '../../support/dynamodb.ts';
import { startServerDouble, type ServerDouble } from '../../support/server-double.ts';

type Authorizer = (event: APIGatewayRequestAuthorizerEvent, context: Context) => Promise<APIGatewayAuthorizerResult>;

let dynamo: TestDynamo;
let apiGateway: ServerDouble;
let handler: HttpHandler;
let authorizer: Authorizer;
let workspaceId: string;
const call = (method: string, target: string, more: ApiCall = {}) => callApi(handler, method, target, { workspaceId, ...more });
const create = async (scopes: readonly string[] = ['sessions:read'], headers = {}) =>
  call('POST', '/v1/api-keys', { body: { name: 'CI', scopes }, headers });

const authorize = (headers: Record<string, string>) =>
  authorizer(
    { type: 'REQUEST', headers, methodArn: 'arn:aws:execute-api:eu-central-1:0:api/prod/GET/v1/sessions' } as unknown as APIGatewayRequestAuthorizerEvent,
    lambdaContext(),
  );

beforeAll(async () => {
  dynamo = await startDynamo();
  apiGateway = await startServerDouble({ status: 202 });
  Object.assign(process.env, awsEnvironment(dynamo.endpoint), {
    CORE_TABLE: dynamo.tables.core, REST_API_ID: 'api', REST_API_STAGE: 'live', AWS_ENDPOINT_URL_API_GATEWAY: apiGateway.url,
  });
  ({ handler } = await import('../../../lambdas/api/api-keys/api-keys.handler.ts'));
  ({ handler: authorizer } = await import('../../../lambdas/api/authorizer/authorizer.handler.ts'));
});
afterAll(async () => {
  await dynamo.stop();
  await apiGateway.stop();
});
beforeEach(() => {
  workspaceId = anId('wsp');
});

describe('An API key', () => {
  it('is shown once, works, and stops working when it is deleted', async () => {
    const { status, body } = await create(['sessions:read', 'messages:write', 'sessions:read']);
    const made = body as ApiKeyView & { key: string };
    expect(status).toBe(201);
    expect(made).toMatchObject({ name: 'CI', scopes: ['sessions:read', 'messages:write'], lastUsedAt: null, key: expect.stringMatching(/^blz_\w{40}$/) });
    expect(made.key.startsWith(made.preview)).toBe(true);
    expect(JSON.stringify(await dynamo.scan('core'))).not.toContain(made.key);

    const allowed = await authorize({ authorization: `Bearer ${made.key}` });
    expect(allowed.context).toEqual({ workspaceId, keyId: made.id, scopes: 'sessions:read messages:write' });
    expect(allowed.policyDocument.Statement).toEqual([
      { Action: 'execute-api:Invoke', Effect: 'Allow', Resource: 'arn:aws:execute-api:eu-central-1:0:api/prod/*' },
    ]);
    expect((await call('GET', '/v1/api-keys')).body).toMatchObject({
      data: [{ id: made.id, lastUsedAt: expect.stringMatching(/:00:00\.000Z$/) }], nextCursor: null,
    });

    expect(await call('DELETE', `/v1/api-keys/${made.id}`)).toMatchObject({ status: 204, body: '' });
    await expect(authorize({ authorization: `Bearer ${made.key}` })).rejects.toThrow(/^Unauthorized$/);
    const flush = { method: 'DELETE', path: '/restapis/api/stages/live/cache/authorizers' };
    expect(apiGateway.received).toEqual([expect.objectContaining(flush)]); // else the gateway would let it in for a while
    expect(await call('DELETE', `/v1/api-keys/${made.id}`)).toMatchObject({ status: 404, body: { code: 'api_key_not_found' } });
  });

  it('is not shown again to a repeated request', async () => {
    const headers = { 'Idempotency-Key': 'one' };
    const first = (await create(['sessions:read'], headers)).body as ApiKeyView & { key: string };
    expect(await create(['sessions:read'], headers)).toMatchObject({
      status: 409, body: { code: 'already_done', detail: expect.stringContaining(first.id) },
    });
    expect(JSON.stringify(await dynamo.scan('core'))).not.toContain(first.key);
  });

  it.each<{ what: string; headers: Record<string, string> }>([
    { what: 'nothing', headers: {} },
    { what: 'another scheme', headers: { Authorization: 'Basic abc' } },
    { what: 'an unknown key', headers: { Authorization: `Bearer blz_${'x'.repeat(40)}` } },
    { what: 'an OIDC token', headers: { Authorization: 'Bearer eyJhbGciOi.J9.abc' } },
  ])('does not let in $what', async ({ headers }) => {
    await expect(authorize(headers)).rejects.toThrow(/^Unauthorized$/);
  });
});

describe('Bad requests leave no trace', () => {
  it.each([
    { what: 'an unknown scope', method: 'POST', path: '/v1/api-keys', body: { name: 'x', scopes: ['root'] }, status: 422, field: 'scopes.0' },
    { what: 'the operator scope', method: 'POST', path: '/v1/api-keys', body: { name: 'x', scopes: ['operator'] }, status: 422, field: 'scopes.0' },
    { what: 'no scopes', method: 'POST', path: '/v1/api-keys', body: { name: 'x', scopes: [] }, status: 422, field: 'scopes' },
    { what: 'no name', method: 'POST', path: '/v1/api-keys', body: { scopes: ['sessions:read'] }, status: 422, field: 'name' },
    { what: 'a scope the caller has not', method: 'POST', path: '/v1/api-keys', body: { name: 'x', scopes: ['keys:write', 'messages:read'] }, scopes: ['keys:write'] as const, status: 403, field: 'scopes.1' },
    { what: 'a key that may only read', method: 'POST', path: '/v1/api-keys', body: { name: 'x', scopes: ['keys:read'] }, scopes: ['keys:read'] as const, status: 403 },
    { what: 'an id of no form', method: 'DELETE', path: '/v1/api-keys/x', status: 404, field: 'id' },
    { what: 'a bad cursor', method: 'GET', path: '/v1/api-keys?cursor=x', status: 422, field: 'cursor' },
  ])('$what: $status', async ({ method, path, status, field, ...more }) => {
    const before = await dynamo.scan('core');
    const answer = await call(method, path, more);
    expect(answer.status).toBe(status);
    if (field) expect((answer.body as { errors: { path: string }[] }).errors.map((error) => error.path)).toEqual([field]);
    expect(await dynamo.scan('core')).toEqual(before);
  });

  it("another workspace's key cannot be deleted (I6)", async () => {
    const { id } = (await create()).body as ApiKeyView;
    expect(await call('DELETE', `/v1/api-keys/${id}`, { workspaceId: anId('wsp') })).toMatchObject({ status: 404 });
    expect((await call('GET', '/v1/api-keys')).body).toMatchObject({ data: [{ id }] });
  });
});
