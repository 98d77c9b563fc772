import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startInProcessWorld } from '../../fuzz/in-process-world.ts';
import { fuzzOperations, type FuzzOperation } from '../../fuzz/operations.ts';
import type { FuzzRequest } from '../../fuzz/request.ts';
import { runFuzz } from '../../fuzz/run-fuzz.ts';
import type { FuzzWorld } from '../../fuzz/world.ts';

/* The same requests each time, so that a red test is somebody's change; `npm run fuzz` looks for what is new. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 1);
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 2_500);
const LIMIT_MS = 600_000;
/** What has to have gone well in a round, or the round saw nothing but refusals. */
const MUST_SUCCEED = ['createSession', 'sendMessage', 'createContact', 'importContacts', 'createCampaign', 'addRecipients', 'createWebhook', 'createApiKey', 'createUpload', 'listSessions', 'getChat'];

describe('every route of the API, fuzzed from its OpenAPI document', () => {
  let world: FuzzWorld;
  beforeAll(async () => {
    world = await startInProcessWorld();
  });
  afterAll(() => world.stop());

  it(`answers as documented, and what it refuses leaves no trace (I6, I8); FUZZ_SEED=${SEED} FUZZ_RUNS=${RUNS}`, async () => {
    const { calls, statuses, failures } = await runFuzz(world, { seed: SEED, runs: RUNS });
    expect(failures).toEqual([]);
    expect(calls).toBeGreaterThanOrEqual(RUNS);
    expect([...statuses.keys()].sort()).toEqual(fuzzOperations().map(({ id }) => id).sort());
    const succeeded = [...statuses].filter(([, counts]) => [...counts.keys()].some((status) => status < 300)).map(([id]) => id);
    expect(succeeded).toEqual(expect.arrayContaining(MUST_SUCCEED));
  }, LIMIT_MS);

  /* What rounds with other seeds found. */
  const call = async (method: string, path: string, body?: unknown, type = 'application/json') => {
    const request: FuzzRequest = { method, path, query: '', headers: { 'content-type': type }, body: typeof body === 'object' ? JSON.stringify(body) : (body as string | undefined), caller: 'own', isSigned: false };
    const { status, text } = await world.call(request, operationOf('createCampaign'));
    return { status, body: JSON.parse(text) as { id: string; errors?: { path: string }[] } };
  };
  const operationOf = (id: string) => fuzzOperations().find((operation) => operation.id === id) as FuzzOperation;
  const TO = '+4915112345678';

  it.each([
    { what: 'half a character', path: '/v1/messages', body: { to: TO, type: 'text', text: 'x\ud800' }, field: 'text' },
    { what: 'half a character deep inside', path: '/v1/campaigns', body: { name: 'x', message: { type: 'text', text: 'x' }, recipients: [{ to: TO, variables: { a: '\udfff' } }] }, field: 'recipients.0.variables.a' },
    { what: 'half a character in a name', path: '/v1/campaigns', body: { name: 'x', message: { type: 'text', text: 'x' }, '\ud83d': 1 }, field: '\ufffd' },
    { what: 'a number too near to 0 for the table', path: '/v1/messages', body: { to: TO, type: 'location', location: { latitude: 1, longitude: 5e-324 } }, field: 'location.longitude' },
    { what: 'an attribute beyond exact numbers', path: '/v1/contacts', body: { phoneNumber: TO, attributes: { a: 1e21 } }, field: 'attributes.a' },
    { what: 'a message id that is none', path: '/v1/messages', body: { to: TO, type: 'forward', forward: { messageId: '\0𐀀𐀀𐀀𐀀𐀀𐀀𐀀𐀀𐀀𐀀' } }, field: 'forward.messageId' },
    { what: 'a reply to an id that is none', path: '/v1/messages', body: { to: TO, type: 'text', text: 'x', replyTo: 'x' }, field: 'replyTo' },
  ])('refuses $what, by name', async ({ path, body, field }) => {
    world.written();
    const answer = await call('POST', path, body);
    expect([answer.status, answer.body.errors?.map((error) => error.path)]).toEqual([422, [field]]);
    expect(world.written()).toEqual([]);
  });

  it('refuses a span of deliveries that ends before it begins', async () => {
    const { body } = await call('POST', '/v1/webhooks', { url: 'https://93.184.215.14/x', events: ['*'] });
    const span = 'since=2026-01-02T00%3A00%3A00Z&until=2026-01-01T00%3A00%3A00Z';
    expect(await call('GET', `/v1/webhooks/${body.id}/deliveries?${span}`)).toMatchObject({ status: 422, body: { errors: [{ path: 'until' }] } });
  });

  it('takes a column called constructor for a variable like any other', async () => {
    const { body } = await call('POST', '/v1/campaigns', { name: 'x', message: { type: 'text', text: 'Hi {{constructor}}' } });
    const path = `/v1/campaigns/${body.id}/recipients`;
    expect(await call('POST', path, `to,constructor\n${TO},Ferrari`, 'text/csv')).toMatchObject({ status: 202, body: { accepted: 1 } });
    expect((await call('GET', path)).body).toMatchObject({ data: [{ variables: { constructor: 'Ferrari' } }] });
  });
});
