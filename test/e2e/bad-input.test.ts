import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { callJson } from '../../local/client/http-json.ts';
import type { Problem } from '../../shared/contracts/api/common.ts';
import { Stack } from './stack.ts';

const START_MS = 150_000;
const ULID = '01J0000000000000000000000A';
const RECIPIENT = '+4915312345678';

interface BadCall {
  readonly what: string;
  readonly method?: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
  readonly code?: string;
  /** The path an entry of `errors` must name. */
  readonly field?: string;
}

const campaign = (over: Readonly<Record<string, unknown>>) => ({
  name: 'x',
  message: { type: 'text', text: 'Hello' },
  recipients: [{ to: RECIPIENT }],
  ...over,
});

/* Invariant I8: anything malformed gets a 4xx naming the field, and leaves no trace in the tables. */
const BAD_CALLS: readonly BadCall[] = [
  { what: 'malformed JSON', path: '/v1/sessions', body: '{"name":', status: 400, code: 'malformed_json' },
  { what: 'an unknown field', path: '/v1/sessions', body: { nmae: 'x' }, status: 422, field: 'nmae' },
  { what: 'a wrong type', path: '/v1/sessions', body: { name: 5 }, status: 422, field: 'name' },
  { what: 'a number that is no number', path: '/v1/sessions', body: { phoneNumber: 'hello' }, status: 422, field: 'phoneNumber' },
  { what: 'no content type', path: '/v1/sessions', body: '<a/>', headers: { 'content-type': 'text/xml' }, status: 415 },
  { what: 'a session that does not exist', method: 'GET', path: `/v1/sessions/ses_${ULID}`, status: 404, code: 'session_not_found' },
  { what: 'an id of no known form', method: 'GET', path: '/v1/sessions/nonsense', status: 404 },
  { what: 'an unknown path', method: 'GET', path: '/v1/nothing', status: 404 },
  { what: 'a method that is not there', method: 'PUT', path: '/v1/sessions', body: {}, status: 405 },
  { what: 'a limit that is none', method: 'GET', path: '/v1/sessions?limit=lots', status: 422, field: 'limit' },
  { what: 'a cursor that is none', method: 'GET', path: '/v1/sessions?cursor=abc', status: 422, field: 'cursor' },
  { what: 'a message to nobody', path: '/v1/messages', body: { type: 'text', text: 'x' }, status: 422, field: 'to' },
  { what: 'a message to no number', path: '/v1/messages', body: { to: '12', type: 'text', text: 'x' }, status: 422, field: 'to' },
  { what: 'a text without text', path: '/v1/messages', body: { to: RECIPIENT, type: 'text' }, status: 422, field: 'text' },
  { what: 'an unknown type', path: '/v1/messages', body: { to: RECIPIENT, type: 'hologram' }, status: 422, field: 'type' },
  { what: "a session of nobody's", path: '/v1/messages', body: { to: RECIPIENT, type: 'text', text: 'x', sessionId: `ses_${ULID}` }, status: 404 },
  { what: 'a campaign without a name', path: '/v1/campaigns', body: campaign({ name: undefined }), status: 422, field: 'name' },
  { what: 'a recipient that is no number', path: '/v1/campaigns', body: campaign({ recipients: [{ to: RECIPIENT }, { to: 'abc' }] }), status: 422, field: 'recipients.1.to' },
  { what: 'an unknown variable', path: '/v1/campaigns', body: campaign({ message: { type: 'text', text: 'Hi {{name}}' } }), status: 422, field: 'recipients.0.variables.name' },
  { what: 'a session of another workspace', path: '/v1/campaigns', body: campaign({ sessionIds: [`ses_${ULID}`] }), status: 422, field: 'sessionIds.0' },
  { what: 'a campaign that does not exist', path: `/v1/campaigns/cmp_${ULID}/start`, body: {}, status: 404, code: 'campaign_not_found' },
  { what: 'a webhook to this machine', path: '/v1/webhooks', body: { url: 'http://127.0.0.1:9/x', events: ['*'] }, status: 422, field: 'url' },
  { what: 'a webhook for an unknown event', path: '/v1/webhooks', body: { url: 'https://example.com/x', events: ['nope'] }, status: 422, field: 'events.0' },
  { what: 'an API key with an unknown scope', path: '/v1/api-keys', body: { name: 'x', scopes: ['root'] }, status: 422, field: 'scopes.0' },
  { what: 'instances without the operator scope', method: 'GET', path: '/v1/instances', status: 403, code: 'missing_scope' },
];

describe('Bad input is refused by name and leaves no trace (I8)', () => {
  let stack: Stack;
  let doc: DynamoDBDocumentClient;

  beforeAll(async () => {
    stack = await Stack.start();
    doc = DynamoDBDocumentClient.from(
      new DynamoDBClient({
        endpoint: stack.local.endpoints.dynamodb,
        region: 'eu-central-1',
        credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      }),
    );
  }, START_MS);

  afterAll(() => stack?.close(), START_MS);

  /** Every item of the core and messages tables but when a key was last used. */
  async function written(): Promise<unknown> {
    const { core, messages } = stack.local.tables;
    const scans = [core, messages].map(async (TableName) => (await doc.send(new ScanCommand({ TableName }))).Items ?? []);
    return (await Promise.all(scans)).map((items) =>
      items
        .map(({ lastUsedAt: _lastUsedAt, ...item }) => item)
        .sort((a, b) => `${String(a['pk'])}${String(a['sk'])}`.localeCompare(`${String(b['pk'])}${String(b['sk'])}`)),
    );
  }

  it.each(BAD_CALLS)('$what: $status', async ({ method = 'POST', path, body, headers, status, code, field }) => {
    const before = await written();
    const answer = await stack.blazz.call(method, path, body, headers);
    const problem = answer.body as Problem;
    expect(problem).toMatchObject({ status, title: expect.any(String), detail: expect.any(String), requestId: expect.any(String) });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    if (code !== undefined) expect(problem.code).toBe(code);
    if (field !== undefined) expect(problem.errors?.map((error) => error.path)).toContain(field);
    if (status === 405) expect(answer.headers.get('allow')).toContain('GET');
    expect(await written()).toEqual(before);
  });

  it('refuses a body of 10 MB with 413', async () => {
    const answer = await stack.blazz.call('POST', '/v1/campaigns', JSON.stringify(campaign({ name: 'x'.repeat(10_500_000) })));
    expect(answer.status).toBe(413);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });

  it('wants a key, a known one, and not a revoked one', async () => {
    const none = await callJson(`${stack.local.api}/v1/sessions`);
    const wrong = await callJson(`${stack.local.api}/v1/sessions`, { headers: { authorization: `Bearer blz_${'x'.repeat(40)}` } });
    for (const { status, headers, body } of [none, wrong]) {
      expect(status).toBe(401);
      expect(headers.get('content-type')).toContain('application/problem+json');
      expect(body).toMatchObject({ status: 401, code: 'unauthorized' });
    }
  });

  it('refuses a key from the moment it is revoked, however often it was used before', async () => {
    const { id, key } = await stack.blazz.post<{ id: string; key: string }>('/v1/api-keys', { name: 'short-lived', scopes: ['sessions:read'] });
    const statusWithIt = async () => (await callJson(`${stack.local.api}/v1/sessions`, { headers: { authorization: `Bearer ${key}` } })).status;
    expect([await statusWithIt(), await statusWithIt()]).toEqual([200, 200]);
    expect((await stack.blazz.call('DELETE', `/v1/api-keys/${id}`)).status).toBe(204);
    expect(await statusWithIt()).toBe(401);
  });

  it('answers a repeated POST with the first answer, and another body under the same key with 422', async () => {
    const headers = { 'idempotency-key': 'create-once' };
    const first = await stack.blazz.call('POST', '/v1/campaigns', campaign({}), headers);
    const again = await stack.blazz.call('POST', '/v1/campaigns', campaign({}), headers);
    const other = await stack.blazz.call('POST', '/v1/campaigns', campaign({ name: 'y' }), headers);
    expect([first.status, again.status, other.status]).toEqual([201, 201, 422]);
    expect(again.body).toEqual(first.body);
    expect(other.body).toMatchObject({ code: 'idempotency_key_reused' });
  });

  it('refuses what does not fit the state of a campaign: start without recipients, pause a draft, start twice', async () => {
    const { body: empty } = await stack.blazz.call('POST', '/v1/campaigns', campaign({ recipients: [] }));
    const { body: draft } = await stack.blazz.call('POST', '/v1/campaigns', campaign({}));
    const { id: emptyId } = empty as { id: string };
    const { id } = draft as { id: string };
    expect((await stack.blazz.call('POST', `/v1/campaigns/${emptyId}/start`)).body).toMatchObject({ status: 422, code: 'no_recipients' });
    expect((await stack.blazz.call('POST', `/v1/campaigns/${id}/pause`)).status).toBe(409);
    expect((await stack.stranger.call('POST', `/v1/campaigns/${id}/start`)).status).toBe(404);
  });

  it('refuses a cursor of another list', async () => {
    for (const name of ['a', 'b', 'c']) await stack.blazz.post('/v1/campaigns', campaign({ name }));
    const page = await stack.blazz.get<{ nextCursor: string }>('/v1/campaigns?limit=1');
    const answer = await stack.blazz.call('GET', `/v1/sessions?cursor=${encodeURIComponent(page.nextCursor)}`);
    expect(answer.body).toMatchObject({ status: 422, errors: [{ path: 'cursor' }] });
    const stranger = await stack.stranger.call('GET', `/v1/campaigns?cursor=${encodeURIComponent(page.nextCursor)}`);
    expect(stranger.status).toBe(422);
  });
});
