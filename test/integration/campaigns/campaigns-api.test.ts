import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { HttpHandler } from '../../../lambdas/http/http-api.ts';
import { dynamoSessions } from '../../../shared/adapters/dynamodb/dynamo-sessions.ts';
import type { CampaignView, RecipientView } from '../../../shared/contracts/api/campaigns.ts';
import type { Problem } from '../../../shared/contracts/api/common.ts';
import { callApi, type ApiCall } from '../../support/api-event.ts';
import { aNumber } from '../../support/builders/campaign.ts';
import { aSession, anId } from '../../support/builders/session.ts';
import { awsEnvironment, startDynamo, type TestDynamo } from '../../support/dynamodb.ts';
import { tableDigest } from '../../support/table-digest.ts';
import { allJobsTo, startQueues, type TestQueues } from '../../support/sqs.ts';

const ULID = '01J0000000000000000000000A';
const TO = aNumber(1);

let dynamo: TestDynamo;
let queues: TestQueues;
let queueUrl: string;
let handler: HttpHandler;
let workspaceId: string;

const call = (method: string, target: string, more: ApiCall = {}) => callApi(handler, method, target, { workspaceId, ...more });
const body = (change: Record<string, unknown> = {}) => ({ name: 'Sale', message: { type: 'text', text: 'Hello' }, recipients: [{ to: TO }], ...change });

beforeAll(async () => {
  dynamo = await startDynamo();
  queues = await startQueues();
  queueUrl = await queues.create('jobs');
  Object.assign(process.env, awsEnvironment(dynamo.endpoint), {
    AWS_ENDPOINT_URL_SQS: queues.endpoint,
    CORE_TABLE: dynamo.tables.core,
    MESSAGES_TABLE: dynamo.tables.messages,
    REGISTRY_TABLE: dynamo.tables.registry,
    ...allJobsTo(queueUrl),
    WEBHOOK_DELIVERIES_QUEUE_URL: `${queueUrl}-deliveries`,
    WEBSOCKET_PUSHES_QUEUE_URL: `${queueUrl}-pushes`,
    META_SENDS_QUEUE_URL: queueUrl, // nothing here sends through Meta
    NUDGE_SECRET_ARN: 'arn:nudge',
    MEDIA_BUCKET: 'blazz-test-media',
  });
  ({ handler } = await import('../../../lambdas/api/campaigns/campaigns.handler.ts'));
});
afterAll(async () => {
  await queues.stop();
  await dynamo.stop();
});
beforeEach(() => {
  workspaceId = anId('wsp');
});

async function create(change: Record<string, unknown> = {}, headers = {}): Promise<CampaignView> {
  const { status, body: view } = await call('POST', '/v1/campaigns', { body: body(change), headers });
  expect(status).toBe(201);
  return view;
}
async function linkedSession(over = {}): Promise<string> {
  const session = aSession({ workspaceId, status: 'connected', phoneNumber: TO, ...over });
  return (await dynamoSessions(dynamo.doc, dynamo.tables.core).insert(session)).id;
}

/* Invariant I8: what is malformed is refused with the field named, and leaves nothing in the tables. */
describe('Bad input', () => {
  const bad = (change: Record<string, unknown>) => ({ body: body(change) });
  const text = (value: string) => ({ message: { type: 'text', text: value } });
  const past = { schedule: { startAt: '2020-01-01T00:00:00Z' } };
  const image = (media: object) => ({ message: { type: 'image', media } });

  it.each<[what: string, method: string, path: string, ApiCall, status: number, field: string | undefined]>([
    ['malformed JSON', 'POST', '', { body: '{"name"' }, 400, undefined],
    ['no name', 'POST', '', bad({ name: undefined }), 422, 'name'],
    ['an empty name', 'POST', '', bad({ name: '' }), 422, 'name'],
    ['no message', 'POST', '', bad({ message: undefined }), 422, 'message'],
    ['an unknown field', 'POST', '', bad({ recipient: [] }), 422, 'recipient'],
    ['a poll', 'POST', '', bad({ message: { type: 'poll', poll: {} } }), 422, 'message.type'],
    ['a text without text', 'POST', '', bad({ message: { type: 'text' } }), 422, 'message.text'],
    ['an image without a file', 'POST', '', bad(image({})), 422, 'message.media'],
    ['a file nobody uploaded', 'POST', '', bad(image({ id: 'med_01J00000000000000000000000' })), 422, 'message.media.id'],
    ['a file of another kind', 'POST', '', bad(image({ url: 'https://a.example/x', mimetype: 'video/mp4' })), 422, 'message.media.mimetype'],
    ['a large file inline', 'POST', '', bad(image({ base64: 'AAAA'.repeat(9_000), mimetype: 'image/png' })), 422, 'message.media.base64'],
    ['open braces', 'POST', '', bad(text('Hi {{name')), 422, 'message.text'],
    ['a variable that is none', 'POST', '', bad(text('Hi {{na me}}')), 422, 'message.text'],
    ['a variable nobody gives', 'POST', '', bad(text('Hi {{name}}')), 422, 'recipients.0.variables.name'],
    ['a number that is none', 'POST', '', bad({ recipients: [{ to: TO }, { to: '12' }] }), 422, 'recipients.1.to'],
    ['a variable of another type', 'POST', '', bad({ recipients: [{ to: TO, variables: { a: 1 } }] }), 422, 'recipients.0.variables.a'],
    ['too many recipients', 'POST', '', bad({ recipients: Array.from({ length: 1_001 }, (_, n) => ({ to: aNumber(n) })) }), 422, 'recipients'],
    ['a start in the past', 'POST', '', bad(past), 422, 'schedule.startAt'],
    ['a start that is no time', 'POST', '', bad({ schedule: { startAt: 'soon' } }), 422, 'schedule.startAt'],
    ['unlimited pacing', 'POST', '', bad({ pacing: { profile: 'unlimited' } }), 422, 'pacing.profile'],
    ['a session of nobody', 'POST', '', bad({ sessionIds: [`ses_${ULID}`] }), 422, 'sessionIds.0'],
    ['a session id that is none', 'POST', '', bad({ sessionIds: ['x'] }), 422, 'sessionIds.0'],
    ['a wrong content type', 'POST', '', { body: '<a/>', headers: { 'Content-Type': 'text/xml' } }, 415, undefined],
    ['a campaign that does not exist', 'GET', `/cmp_${ULID}`, {}, 404, undefined],
    ['an id of no known form', 'GET', '/nonsense', {}, 404, 'id'],
    ['a limit that is none', 'GET', '?limit=many', {}, 422, 'limit'],
    ['an unknown status', 'GET', '?status=happy', {}, 422, 'status'],
    ['a garbled cursor', 'GET', '?cursor=abc', {}, 422, 'cursor'],
    ['an unknown parameter', 'GET', '?page=2', {}, 422, 'page'],
    ['an unknown method', 'DELETE', `/cmp_${ULID}`, {}, 405, undefined],
  ])('%s', async (_, method, path, request, status, field) => {
    await refusesWithoutTrace(method, `/v1/campaigns${path}`, request, status, field);
  });

  it.each<[what: string, path: string, ApiCall, status: number, field: string | undefined]>([
    ['no rows', '/recipients', { body: { recipients: [] } }, 422, 'recipients'],
    ['too many rows', '/recipients', { body: { recipients: Array.from({ length: 1_001 }, () => ({ to: TO })) } }, 422, 'recipients'],
    ['rows that are none', '/recipients', { body: { recipients: 'all' } }, 422, 'recipients'],
    ['a CSV without a number column', '/recipients', { body: 'name\nAnn', headers: { 'Content-Type': 'text/csv' } }, 422, 'to'],
    ['a broken CSV', '/recipients', { body: 'to\n"+49', headers: { 'Content-Type': 'text/csv' } }, 422, 'body'],
    ['pausing', '/pause', {}, 409, undefined],
    ['resuming', '/resume', {}, 409, undefined],
    ['retrying', '/retry', {}, 409, undefined],
    ['a start without a connected session', '/start', {}, 409, undefined],
    ['a body where none belongs', '/pause', { body: { now: true } }, 422, 'now'],
  ])('%s, for a draft', async (_, path, request, status, field) => {
    const { id } = await create();
    await refusesWithoutTrace('POST', `/v1/campaigns/${id}${path}`, request, status, field);
  });

  it('starting without recipients', async () => {
    const { id } = await create({ recipients: [] });
    const problem = await refusesWithoutTrace('POST', `/v1/campaigns/${id}/start`, {}, 422, undefined);
    expect(problem.code).toBe('no_recipients');
  });

  async function refusesWithoutTrace(method: string, target: string, request: ApiCall, status: number, field: string | undefined): Promise<Problem> {
    const before = await tableDigest(dynamo);
    const answer = await call(method, target, request);
    expect(answer).toMatchObject({ status, body: { status, code: expect.any(String), detail: expect.any(String), requestId: expect.any(String) } });
    expect(answer.headers['content-type']).toBe('application/problem+json');
    const problem = answer.body as Problem;
    if (field !== undefined) expect(problem.errors?.map(({ path }) => path)).toContain(field);
    expect(await tableDigest(dynamo)).toBe(before);
    return problem;
  }
});

describe('Creating', () => {
  it('makes a draft with its recipients, each number once', async () => {
    const view = await create({ message: { type: 'text', text: 'Hi {{name|you}}' }, recipients: [{ to: TO, variables: { name: 'Ann' } }, { to: TO }, { to: '4915100000002' }] });
    expect(view).toEqual({
      id: expect.stringMatching(/^cmp_[0-9A-Z]{26}$/), workspaceId, name: 'Sale', status: 'draft', message: { type: 'text', text: 'Hi {{name|you}}' },
      sessionIds: [], pacing: null, schedule: null, failureReason: null, createdAt: expect.any(String), startedAt: null, completedAt: null,
      stats: { total: 2, queued: 2, sending: 0, sent: 0, delivered: 0, read: 0, failed: 0, skipped: 0 },
    });
    expect((await call('GET', `/v1/campaigns/${view.id}`)).body).toEqual(view);
  });

  it('makes one campaign of a request that comes twice with one key', async () => {
    const first = await create({}, { 'Idempotency-Key': 'one' });
    const again = await create({}, { 'Idempotency-Key': 'one' });
    expect(again).toEqual(first);
    expect((await call('GET', '/v1/campaigns')).body).toMatchObject({ data: [{ id: first.id }], nextCursor: null });
  });

  it('schedules', async () => {
    const startAt = new Date(Date.now() + 3_600_000).toISOString();
    expect(await create({ schedule: { startAt }, pacing: { profile: 'cautious' } })).toMatchObject({ status: 'scheduled', schedule: { startAt }, pacing: { profile: 'cautious' } });
  });

  it('takes a thousand recipients at once', async () => {
    const view = await create({ recipients: Array.from({ length: 1_000 }, (_, n) => ({ to: aNumber(n) })) });
    expect(view.stats).toMatchObject({ total: 1_000, queued: 1_000 });
  });
});

describe('Reading', () => {
  it('pages newest first and filters by status', async () => {
    const made = [await create(), await create(), await create()];
    await call('POST', `/v1/campaigns/${made[1]?.id}/cancel`);
    const ids = async (query: string) => ((await call('GET', `/v1/campaigns${query}`)).body as { data: CampaignView[] }).data.map(({ id }) => id).sort();
    expect(await ids('')).toEqual(made.map(({ id }) => id).sort());
    expect(await ids('?status=cancelled')).toEqual([made[1]?.id]);
    const first = (await call('GET', '/v1/campaigns?limit=2')).body as { data: CampaignView[]; nextCursor: string };
    expect(await ids(`?limit=2&cursor=${first.nextCursor}`)).toHaveLength(1);
    expect(await call('GET', `/v1/campaigns?cursor=${first.nextCursor}&status=draft`)).toMatchObject({ status: 422, body: { errors: [{ path: 'cursor' }] } });
  });

  it('shows another workspace nothing', async () => {
    const { id } = await create();
    const stranger = { workspaceId: anId('wsp') };
    for (const [method, path] of [['GET', ''], ['GET', '/recipients'], ['POST', '/recipients'], ['POST', '/start'], ['POST', '/pause'], ['POST', '/resume'], ['POST', '/cancel'], ['POST', '/retry']] as const) {
      const more = path === '/recipients' && method === 'POST' ? { ...stranger, body: { recipients: [{ to: TO }] } } : stranger;
      expect(await call(method, `/v1/campaigns/${id}${path}`, more)).toMatchObject({ status: 404, body: { code: 'campaign_not_found' } });
    }
    expect((await call('GET', '/v1/campaigns', stranger)).body).toMatchObject({ data: [] });
  });

  it('needs the scope', async () => {
    expect(await call('GET', '/v1/campaigns', { scopes: ['messages:read'] })).toMatchObject({ status: 403, body: { code: 'missing_scope' } });
    expect(await call('POST', '/v1/campaigns', { scopes: ['campaigns:read'], body: body() })).toMatchObject({ status: 403 });
  });
});

describe('Recipients', () => {
  it('are added as JSON or CSV, with bad rows named', async () => {
    const { id } = await create({ message: { type: 'text', text: 'Hi {{name}}' }, recipients: [] });
    const rows = [{ to: TO, variables: { name: 'Ann' } }, { to: 'abc', variables: { name: 'Bo' } }, { to: aNumber(2) }];
    const json = await call('POST', `/v1/campaigns/${id}/recipients`, { body: { recipients: rows } });
    expect(json).toMatchObject({ status: 202, body: { accepted: 1, rejected: [{ row: 2, reason: expect.stringContaining('to') }, { row: 3, reason: expect.stringContaining('name') }] } });
    const csv = `phone,name\n${TO},Ann\n${aNumber(3)},Cy\n${aNumber(4)},\n`;
    const text = await call('POST', `/v1/campaigns/${id}/recipients`, { body: csv, headers: { 'Content-Type': 'text/csv; charset=utf-8' } });
    expect(text).toMatchObject({ status: 202, body: { accepted: 1, rejected: [{ row: 1, reason: 'is among the recipients already' }, { row: 3 }] } });
    const { data } = (await call('GET', `/v1/campaigns/${id}/recipients`)).body as { data: RecipientView[] };
    expect(data).toHaveLength(2);
    expect(data).toContainEqual({ to: TO, variables: { name: 'Ann' }, status: 'queued', messageId: null, sessionId: null, failure: null });
  });

  it('can be filtered by status, over several pages', async () => {
    const { id } = await create({ recipients: Array.from({ length: 450 }, (_, n) => ({ to: aNumber(n) })) });
    await call('POST', `/v1/campaigns/${id}/cancel`);
    const page = async (query: string) => (await call('GET', `/v1/campaigns/${id}/recipients?${query}`)).body as { data: RecipientView[]; nextCursor: string | null };
    const seen = new Set<string>();
    let cursor: string | null = '';
    for (let pages = 0; cursor !== null && pages < 10; pages++) {
      const { data, nextCursor } = await page(`status=skipped&limit=130${cursor && `&cursor=${cursor}`}`);
      for (const { to } of data) seen.add(to);
      cursor = nextCursor;
    }
    expect(seen.size).toBe(450);
    expect(await page('status=queued')).toEqual({ data: [], nextCursor: null });
  });
});

describe('Steps', () => {
  it('start with every connected and every hibernating session, once', async () => {
    const [first, second] = [await linkedSession(), await linkedSession({ status: 'hibernating' })];
    await linkedSession({ status: 'disconnected' });
    const { id } = await create();
    await queues.drain(queueUrl);
    const started = await call('POST', `/v1/campaigns/${id}/start`);
    expect(started).toMatchObject({ status: 202, body: { status: 'running', startedAt: expect.any(String), stats: { total: 1, queued: 1 } } });
    expect([...(started.body as CampaignView).sessionIds].sort()).toEqual([first, second].sort());
    expect(await queues.drain(queueUrl)).toHaveLength(1);
    expect(await call('POST', `/v1/campaigns/${id}/start`)).toMatchObject({ status: 409, body: { code: 'invalid_campaign_state' } });
    expect(await call('POST', `/v1/campaigns/${id}/recipients`, { body: { recipients: [{ to: aNumber(9) }] } })).toMatchObject({ status: 409 });
    expect(await call('POST', `/v1/campaigns/${id}/pause`)).toMatchObject({ status: 202, body: { status: 'paused' } });
    expect(await call('POST', `/v1/campaigns/${id}/resume`)).toMatchObject({ status: 202, body: { status: 'running' } });
    expect(await call('POST', `/v1/campaigns/${id}/retry`)).toMatchObject({ status: 409, body: { code: 'nothing_to_retry' } });
    expect(await call('POST', `/v1/campaigns/${id}/cancel`)).toMatchObject({ status: 202, body: { status: 'cancelled', stats: { skipped: 1, queued: 0 } } });
  });
});
