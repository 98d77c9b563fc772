import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiGateway } from '../../../local/api-gateway/api-gateway.ts';
import { readRestApi } from '../../../local/api-gateway/rest-api.ts';
import { deployFixture, type DeployedFixture } from './fixtures/deployed-fixture.ts';

interface ProxyEvent {
  readonly [field: string]: unknown;
  readonly body: string | null;
  readonly requestContext: { readonly requestId: string; readonly authorizer?: Record<string, string> };
}

const TEN_MB = 10 * 1024 * 1024;

describe('the API gateway', () => {
  let fixture: DeployedFixture;
  let gateway: ApiGateway;
  const call = (path: string, init: RequestInit = {}): Promise<Response> => fetch(`${gateway.url}${path}`, init);
  const eventOf = async (response: Response): Promise<ProxyEvent> => ((await response.json()) as { event: ProxyEvent }).event;
  const as = (key: string): RequestInit => ({ headers: { Authorization: `Bearer ${key}` } });

  beforeAll(async () => {
    fixture = await deployFixture();
    gateway = await ApiGateway.listen(0);
    gateway.serve(readRestApi(fixture.deployment), fixture.functions);
  });
  afterAll(async () => {
    await gateway.stop();
    await fixture.close();
  });

  it('hands a request on as a REST proxy event', async () => {
    const response = await call('/open?a=1&a=2&b=x%20y', {
      method: 'POST',
      headers: { 'X-Thing': 'one', 'Content-Type': 'application/json' },
      body: '{"n":1}',
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await eventOf(response)).toMatchObject({
      resource: '/open',
      path: '/open',
      httpMethod: 'POST',
      queryStringParameters: { a: '2', b: 'x y' },
      multiValueQueryStringParameters: { a: ['1', '2'], b: ['x y'] },
      pathParameters: null,
      body: '{"n":1}',
      isBase64Encoded: false,
      requestContext: { stage: 'live', resourcePath: '/open', identity: { sourceIp: '127.0.0.1' } },
    });
  });

  it('passes on every value of a header', async () => {
    const body = await new Promise<string>((resolve, reject) => {
      const request = httpRequest(`${gateway.url}/open`, { headers: { 'X-Tag': ['a', 'b'] } }, (response) => {
        response.toArray().then((chunks) => resolve(Buffer.concat(chunks as Buffer[]).toString()), reject);
      });
      request.on('error', reject).end();
    });
    const { event } = JSON.parse(body) as { event: ProxyEvent };
    expect(event).toMatchObject({ headers: { 'X-Tag': 'b' }, multiValueHeaders: { 'X-Tag': ['a', 'b'] }, body: null });
  });

  it.each([
    { path: '/v1/items', method: 'GET', resource: '/v1/items', parameters: null },
    { path: '/v1/items/', method: 'GET', resource: '/v1/items', parameters: null },
    { path: '/v1/items/a%20b', method: 'GET', resource: '/v1/items/{id}', parameters: { id: 'a b' } },
    { path: '/v1/items/7', method: 'DELETE', resource: '/v1/items/{proxy+}', parameters: { proxy: '7' } },
    { path: '/v1/items/7/parts/8', method: 'GET', resource: '/v1/items/{proxy+}', parameters: { proxy: '7/parts/8' } },
  ])('routes $method $path to $resource', async ({ path, method, resource, parameters }) => {
    const event = await eventOf(await call(path, { method, ...as('good') }));
    expect(event).toMatchObject({ resource, pathParameters: parameters });
  });

  it('has nothing where the template has no route', async () => {
    const response = await call('/nowhere');
    expect(response.status).toBe(403); // API Gateway's word for it, unless the template has another
    expect(await response.json()).toEqual({ message: 'Missing Authentication Token' });
  });

  it('gives the handler what the authorizer says, as text', async () => {
    const { requestContext } = await eventOf(await call('/v1/items', as('good')));
    expect(requestContext.authorizer).toMatchObject({ principalId: 'someone', workspaceId: 'wsp_1', asked: expect.any(String) });
  });

  it('asks the authorizer once for a key it knows', async () => {
    const asked = async () => (await eventOf(await call('/v1/items', as('good')))).requestContext.authorizer?.['asked'];
    expect(await asked()).toBe(await asked());
  });

  it.each([
    { when: 'there is no key', init: {} },
    { when: 'the key is unknown', init: as('stranger') },
  ])('answers 401 in the words of the template when $when', async ({ init }) => {
    const response = await call('/v1/items', init);
    expect(response.status).toBe(401);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
    expect(await response.json()).toEqual({ status: 401, code: 'unauthorized', requestId: expect.stringMatching(/^[\w-]{36}$/) });
  });

  it('lets pass what the policy allows, and refuses the rest', async () => {
    expect((await call('/v1/items/1', as('limited'))).status).toBe(200);
    expect((await call('/v1/items/1', { method: 'DELETE', ...as('limited') })).status).toBe(403);
  });

  it('answers 500 when the authorizer fails', async () => {
    expect((await call('/v1/items', as('broken'))).status).toBe(500);
  });

  it.each(['/crash', '/slow', '/malformed'])('answers 500 when the function behind %s gives no proper answer', async (path) => {
    const response = await call(path);
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({ code: 'default_5xx' });
  });

  it('takes a body of 10 MB, and answers 413 to more', async () => {
    const post = (size: number) => call('/open', { method: 'POST', body: Buffer.alloc(size, 'x') });
    expect((await eventOf(await post(TEN_MB))).body).toHaveLength(TEN_MB);
    const refused = await post(TEN_MB + 1);
    expect(refused.status).toBe(413);
    expect(await refused.json()).toMatchObject({ code: 'request_too_large' });
  });

  it('carries binary bodies both ways', async () => {
    const sent = await call('/open', { method: 'POST', headers: { 'Content-Type': 'image/png' }, body: Buffer.from([0x89, 0x50]) });
    expect(await eventOf(sent)).toMatchObject({ body: 'iVA=', isBase64Encoded: true });
    const picture = await call('/picture', { headers: { Accept: 'image/png' } });
    expect(Buffer.from(await picture.arrayBuffer())).toEqual(Buffer.from('iVBORw==', 'base64'));
  });

  it('answers 503 before anything is deployed', async () => {
    const early = await ApiGateway.listen(0);
    expect((await fetch(early.url)).status).toBe(503);
    await early.stop();
  });

  it('says so when its port is taken', async () => {
    const port = Number(new URL(gateway.url).port);
    await expect(ApiGateway.listen(port)).rejects.toThrow(`Port ${port} is in use; stop what uses it or pass --port`);
  });
});
