import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dynamoInstanceRegistry } from '../../../shared/adapters/dynamodb/dynamo-instance-registry.ts';
import { dynamoWorkspaces } from '../../../shared/adapters/dynamodb/dynamo-workspaces.ts';
import { allRoutes } from '../../../shared/contracts/api/routes/all-routes.ts';
import type { HttpHandler } from '../../../lambdas/http/http-api.ts';
import { callApi } from '../../support/api-event.ts';
import { anId } from '../../support/builders/session.ts';
import { awsEnvironment, startDynamo, type TestDynamo } from '../../support/dynamodb.ts';

const PUBLIC = { workspaceId: null };
let dynamo: TestDynamo;
let system: HttpHandler;
let instances: HttpHandler;

beforeAll(async () => {
  dynamo = await startDynamo();
  Object.assign(process.env, awsEnvironment(dynamo.endpoint), {
    CORE_TABLE: dynamo.tables.core, REGISTRY_TABLE: dynamo.tables.registry, BLAZZ_VERSION: '1.2.3',
  });
  ({ handler: system } = await import('../../../lambdas/api/system/system.handler.ts'));
  ({ handler: instances } = await import('../../../lambdas/api/instances/instances.handler.ts'));
});
afterAll(() => dynamo.stop());

describe('The system API', () => {
  it('describes every route as OpenAPI 3.1', async () => {
    const { status, body } = await callApi(system, 'GET', '/openapi.json', PUBLIC);
    const document = body as { openapi: string; info: object; paths: Record<string, Record<string, { operationId: string }>> };
    expect(status).toBe(200);
    expect(document).toMatchObject({ openapi: '3.1.0', info: { version: '1.2.3' } });
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path).map(({ operationId }) => operationId));
    expect(operations.sort()).toEqual(Object.keys(allRoutes).sort());
  });

  it('shows it as a page that loads nothing', async () => {
    const { status, headers, body } = await callApi(system, 'GET', '/docs', PUBLIC);
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'content-security-policy': expect.stringContaining("default-src 'none'") });
    for (const name of Object.keys(allRoutes)) expect(body).toContain(`id="${name}"`);
    expect(body).not.toMatch(/<script|src=/);
  });

  it('tells the workspace of the caller', async () => {
    const workspace = { id: anId('wsp'), name: 'Local', createdAt: 0 };
    await dynamoWorkspaces(dynamo.doc, dynamo.tables.core).insert(workspace);
    const answer = await callApi(system, 'GET', '/v1/workspaces/current', { workspaceId: workspace.id, scopes: [] });
    expect(answer).toMatchObject({ status: 200, body: { ...workspace, createdAt: '1970-01-01T00:00:00.000Z' } });
  });

  it('answers what is nowhere with 404', async () => {
    expect(await callApi(system, 'GET', '/favicon.ico', PUBLIC)).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });
});

describe('The instances API', () => {
  const operator = { scopes: ['operator'] as const };

  it('lists the fleet and drains an instance, for operators only', async () => {
    const id = anId('ins');
    await dynamoInstanceRegistry(dynamo.doc, dynamo.tables.registry).register({ id, url: 'http://127.0.0.1:1', zone: 'a', capacity: 5, version: 'v' }, 60_000);
    expect(await callApi(instances, 'GET', '/v1/instances')).toMatchObject({ status: 403, body: { code: 'missing_scope' } });
    expect((await callApi(instances, 'GET', '/v1/instances', operator)).body).toEqual({
      data: [{ id, url: 'http://127.0.0.1:1', state: 'starting', capacity: 5, sessions: 0, memoryBytes: 0, version: 'v', zone: 'a', heartbeatAt: expect.stringMatching(/Z$/) }],
      nextCursor: null,
    });
    expect(await callApi(instances, 'POST', `/v1/instances/${id}/drain`)).toMatchObject({ status: 403 });
    expect(await callApi(instances, 'POST', `/v1/instances/${id}/drain`, operator)).toMatchObject({ status: 202, body: { id, state: 'draining' } });
    expect(await callApi(instances, 'POST', '/v1/instances/ins_x/drain', operator)).toMatchObject({ status: 404, body: { code: 'instance_not_found' } });
  });
});

// Last: it takes the database away.
describe('GET /health', () => {
  it('is fine with the database and fails without', async () => {
    expect(await callApi(system, 'GET', '/health', PUBLIC)).toMatchObject({
      status: 200, body: { status: 'ok', version: '1.2.3', checks: { database: { status: 'ok' }, registry: { status: 'ok' } } },
    });
    await dynamo.stop();
    expect(await callApi(system, 'GET', '/health', PUBLIC)).toMatchObject({
      status: 503, body: { status: 'failing', checks: { database: { status: 'failing' } } },
    });
  });
});
