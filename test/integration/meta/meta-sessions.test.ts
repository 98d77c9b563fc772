import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { BusinessNumber } from '../../../local/client/meta-client.ts';
import type { SessionView } from '../../../shared/contracts/api/sessions.ts';
import { anId } from '../../support/builders/session.ts';
import { startMetaWorld, type MetaWorld } from './meta-world.ts';

let world: MetaWorld;
let workspaceId: string;
let drawn = 0;

beforeAll(async () => {
  world = await startMetaWorld();
});
afterAll(() => world?.stop());
beforeEach(() => {
  workspaceId = anId('wsp');
});

const newNumber = (): Promise<BusinessNumber> => world.meta.number(`+4930${1_000_000 + drawn++}`);
const metaOf = ({ phoneNumberId, businessAccountId, accessToken }: BusinessNumber) => ({ phoneNumberId, businessAccountId, accessToken });
const create = (number: BusinessNumber, more: object = {}, in_ = workspaceId) =>
  world.sessions('POST', '/v1/sessions', { workspaceId: in_, body: { provider: 'meta', meta: metaOf(number), ...more } });
const created = async (number: BusinessNumber): Promise<SessionView> => (await create(number)).body;

describe('A number at Meta', () => {
  it('is connected at once, under its number, and has no instance', async () => {
    const number = await newNumber();
    const { status, body } = await create(number, { name: 'Shop' });
    expect({ status, body }).toMatchObject({
      status: 201,
      body: { provider: 'meta', status: 'connected', desired: 'running', phoneNumber: number.phoneNumber, isPrimary: true, instance: null, health: { state: 'ok' }, meta: { phoneNumberId: number.phoneNumberId } },
    });
    const { id } = body as SessionView;
    expect((await world.sessions('GET', `/v1/sessions/${id}`, { workspaceId })).body).toEqual(body);
    const items = (await world.dynamo.scan('core')).filter((item) => item['pk'] === `S#${id}`);
    expect(items.some((item) => String(item['gsi2pk']).startsWith('I#'))).toBe(false); // no instance looks for it
  });

  it('never shows its token, and nothing of it lies in a table', async () => {
    const number = await newNumber();
    const answer = await create(number);
    expect(JSON.stringify(answer)).not.toContain(number.accessToken);
    expect(JSON.stringify(await world.dynamo.scan('core'))).not.toContain(number.accessToken);
  });

  it.each([
    { what: 'a token that is none', change: { accessToken: 'nonsense' }, field: 'meta.accessToken', code: 'meta_credentials_refused' },
    { what: 'a number of somebody else', change: { phoneNumberId: '1' }, field: 'meta.phoneNumberId', code: 'meta_credentials_refused' },
    { what: 'an account of somebody else', change: { businessAccountId: '1' }, field: 'meta.businessAccountId', code: 'meta_credentials_refused' },
    { what: 'an id that is none', change: { phoneNumberId: '../me' }, field: 'meta.phoneNumberId', code: 'invalid_request' },
  ])('is refused with $what, and nothing is left (I8)', async ({ change, field, code }) => {
    const number = await newNumber();
    const before = await world.dynamo.scan('core');
    const answer = await world.sessions('POST', '/v1/sessions', { workspaceId, body: { provider: 'meta', meta: { ...metaOf(number), ...change } } });
    expect(answer).toMatchObject({ status: 422, body: { code, errors: [{ path: field }] } });
    expect(await world.dynamo.scan('core')).toEqual(before);
  });

  it.each([
    { what: 'no credentials', body: { provider: 'meta' }, field: 'meta' },
    { what: 'credentials without the provider', body: { meta: { phoneNumberId: '1', businessAccountId: '1', accessToken: 'x' } }, field: 'meta' },
  ])('is refused with $what', async ({ body, field }) => {
    expect(await world.sessions('POST', '/v1/sessions', { workspaceId, body })).toMatchObject({ status: 422, body: { errors: [{ path: field }] } });
  });

  it.each([{ phoneNumber: '+4915100000000' }, { onDemand: {} }, { autoStart: false }])('takes nothing that is for browsers: %j', async (more) => {
    const answer = await create(await newNumber(), more);
    expect(answer).toMatchObject({ status: 422, body: { code: 'unsupported_by_provider', errors: [{ path: Object.keys(more)[0] }] } });
  });

  it.each([['GET', '/qr'], ['POST', '/start'], ['POST', '/stop'], ['POST', '/reconnect'], ['POST', '/regenerate-qr'], ['POST', '/logout'], ['POST', '/pairing-code']])(
    'has no %s %s',
    async (method, action) => {
      const { id } = await created(await newNumber());
      const body = action === '/pairing-code' ? { phoneNumber: '+4915100000000' } : undefined;
      expect(await world.sessions(method, `/v1/sessions/${id}${action}`, { workspaceId, body })).toMatchObject({ status: 422, body: { code: 'unsupported_by_provider' } });
      expect((await world.sessions('GET', `/v1/sessions/${id}`, { workspaceId })).body).toMatchObject({ status: 'connected', desired: 'running' });
    },
  );

  it('gets another token, if Meta takes it', async () => {
    const number = await newNumber();
    const { id } = await created(number);
    const rotate = (accessToken: string) => world.sessions('PATCH', `/v1/sessions/${id}`, { workspaceId, body: { meta: { accessToken } } });
    expect(await rotate('nonsense')).toMatchObject({ status: 422, body: { errors: [{ path: 'meta.accessToken' }] } });
    await world.meta.call('PATCH', `/numbers/${number.phoneNumberId}`, { accessToken: 'EAAnew' });
    expect(await rotate('EAAnew')).toMatchObject({ status: 200 });
    expect(await world.templates('POST', '/v1/templates/sync', { workspaceId, body: { sessionId: id } })).toMatchObject({ status: 200 }); // by the new token
  });

  it('takes no token on a session with a browser, and no sleep on one without', async () => {
    const { id } = (await world.sessions('POST', '/v1/sessions', { workspaceId, body: {} })).body as SessionView;
    expect(await world.sessions('PATCH', `/v1/sessions/${id}`, { workspaceId, body: { meta: { accessToken: 'x' } } })).toMatchObject({ status: 422, body: { errors: [{ path: 'meta' }] } });
    const { id: meta } = await created(await newNumber());
    expect(await world.sessions('PATCH', `/v1/sessions/${meta}`, { workspaceId, body: { onDemand: {} } })).toMatchObject({ status: 422, body: { errors: [{ path: 'onDemand' }] } });
  });

  it('goes with its credentials when it is deleted, and its number is free again', async () => {
    const number = await newNumber();
    const { id } = await created(number);
    expect(await world.sessions('DELETE', `/v1/sessions/${id}`, { workspaceId })).toMatchObject({ status: 202, body: { status: 'deleted' } });
    const left = (await world.dynamo.scan('core')).filter((item) => item['sk'] === 'META' && item['pk'] === `S#${id}`);
    expect(left).toEqual([]);
    expect((await create(number, {}, anId('wsp'))).status).toBe(201);
  });

  it('is one session’s: another workspace is refused, the same one replaces it (I6)', async () => {
    const number = await newNumber();
    const { id } = await created(number);
    expect(await create(number, {}, anId('wsp'))).toMatchObject({ status: 409, body: { code: 'meta_number_taken' } });
    const second = await created(number);
    expect(second.status).toBe('connected');
    expect(await world.sessions('GET', `/v1/sessions/${id}`, { workspaceId })).toMatchObject({ status: 404 });
    expect((await world.dynamo.scan('core')).filter((item) => item['sk'] === 'META').map((item) => item['pk'])).not.toContain(`S#${id}`);
  });

  it('is made once by a request that comes twice with one key', async () => {
    const number = await newNumber();
    const headers = { 'Idempotency-Key': 'one' };
    const body = { provider: 'meta', meta: metaOf(number) };
    const first = await world.sessions('POST', '/v1/sessions', { workspaceId, body, headers });
    expect((await world.sessions('POST', '/v1/sessions', { workspaceId, body, headers })).body).toEqual(first.body);
  });
});
