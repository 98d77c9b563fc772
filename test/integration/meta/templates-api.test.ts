import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { BusinessNumber } from '../../../local/client/meta-client.ts';
import { until } from '../../../local/client/until.ts';
import { graphClient } from '../../../shared/adapters/meta/graph-client.ts';
import type { TemplateView } from '../../../shared/contracts/api/templates.ts';
import { anId } from '../../support/builders/session.ts';
import { startMetaWorld, type MetaWorld } from './meta-world.ts';

let world: MetaWorld;
let workspaceId: string;
let shop: BusinessNumber;
let sessionId: string;
let drawn = 0;

beforeAll(async () => {
  world = await startMetaWorld();
  await world.meta.configure({ reviewMs: null });
});
afterAll(() => world?.stop());
beforeEach(async () => {
  workspaceId = anId('wsp');
  shop = await world.meta.number(`+4934${1_000_000 + drawn++}`);
  const { phoneNumberId, businessAccountId, accessToken } = shop;
  const session = await world.sessions('POST', '/v1/sessions', { workspaceId, body: { provider: 'meta', meta: { phoneNumberId, businessAccountId, accessToken } } });
  sessionId = (session.body as { id: string }).id;
  await world.listen(workspaceId);
});

const ORDER = { name: 'order_ready', language: 'en_US', body: 'Hi {{name}}, order {{number}} is ready.', examples: { name: 'Ada', number: '17' } };
const create = (over: object = {}) => world.templates('POST', '/v1/templates', { workspaceId, body: { sessionId, ...ORDER, ...over } });
const get = async (id: string): Promise<TemplateView> => (await world.templates('GET', `/v1/templates/${id}`, { workspaceId })).body;
const graph = () => graphClient({ baseUrl: process.env['META_GRAPH_URL'] ?? '' });

describe('Templates', () => {
  it('are pending until Meta has decided, and that is told', async () => {
    const { status, body } = await create({ header: 'Order', footer: 'Bye', buttons: [{ type: 'quick_reply', text: 'Thanks' }] });
    expect({ status, body }).toMatchObject({ status: 201, body: { name: 'order_ready', status: 'pending', category: 'utility', variables: ['name', 'number'], businessAccountId: shop.businessAccountId } });
    const { id, metaId } = body as TemplateView;
    await world.meta.review(metaId, 'APPROVED');
    await until(async () => ((await world.settle()), (await get(id)).status === 'approved' || undefined), { what: 'the approval', everyMs: 20 });
    expect(await world.events(workspaceId, 'template.status')).toMatchObject([{ data: { id, status: 'approved', rejectedReason: null } }]);
  });

  it('are refused with a reason', async () => {
    const { id, metaId } = (await create()).body as TemplateView;
    await world.meta.review(metaId, 'REJECTED', 'ABUSIVE_CONTENT');
    await until(async () => ((await world.settle()), (await get(id)).status === 'rejected' || undefined), { what: 'the rejection', everyMs: 20 });
    expect(await get(id)).toMatchObject({ rejectedReason: 'ABUSIVE_CONTENT' });
  });

  it('reach Meta with the examples its reviewers want', async () => {
    await create();
    await create({ name: 'numbered', header: 'For {{1}}', body: 'Dear {{1}}, your code is {{2}}!', examples: { 1: 'Ada', 2: '4711' } });
    const listed = await graph().listTemplates(shop);
    expect(listed).toMatchObject({
      outcome: 'ok',
      value: [
        { parameterFormat: 'NAMED', components: [{ type: 'BODY', example: { body_text_named_params: [{ param_name: 'name', example: 'Ada' }, { param_name: 'number', example: '17' }] } }] },
        { parameterFormat: 'POSITIONAL', components: [{ type: 'HEADER', example: { header_text: ['Ada'] } }, { type: 'BODY', example: { body_text: [['Ada', '4711']] } }] },
      ],
    });
  });

  it('have one name a language', async () => {
    await create();
    expect(await create()).toMatchObject({ status: 409, body: { code: 'template_exists', errors: [{ path: 'name' }] } });
    expect((await create({ language: 'de' })).status).toBe(201);
  });

  it('that Meta has and we have not, since we died in between, are found again', async () => {
    await graph().createTemplate(shop, { name: 'order_ready', language: 'en_US', category: 'UTILITY', parameterFormat: 'NAMED', components: [{ type: 'BODY', text: ORDER.body }] });
    expect(await create()).toMatchObject({ status: 201, body: { status: 'pending' } });
  });

  it('made elsewhere are taken over by a sync, and those that are gone go', async () => {
    const { id } = (await create()).body as TemplateView;
    await graph().createTemplate(shop, { name: 'elsewhere', language: 'en', category: 'MARKETING', parameterFormat: 'POSITIONAL', components: [{ type: 'BODY', text: 'Sale {{1}} now' }] });
    const sync = () => world.templates('POST', '/v1/templates/sync', { workspaceId, body: { sessionId } });
    expect((await sync()).body).toEqual({ added: 1, updated: 0, removed: 0, total: 2 });
    await graph().deleteTemplate(shop, 'order_ready');
    expect((await sync()).body).toEqual({ added: 0, updated: 0, removed: 1, total: 1 });
    expect((await sync()).body).toEqual({ added: 0, updated: 0, removed: 0, total: 1 });
    expect(await world.templates('GET', `/v1/templates/${id}`, { workspaceId })).toMatchObject({ status: 404, body: { code: 'template_not_found' } });
    expect((await world.templates('GET', '/v1/templates?name=elsewhere', { workspaceId })).body).toMatchObject({ data: [{ name: 'elsewhere', category: 'marketing', variables: ['1'] }] });
    expect((await world.templates('GET', '/v1/templates?status=approved', { workspaceId })).body).toMatchObject({ data: [] });
  });

  it('go here and at Meta, once', async () => {
    const { id } = (await create()).body as TemplateView;
    expect((await world.templates('DELETE', `/v1/templates/${id}`, { workspaceId })).status).toBe(204);
    expect(await graph().listTemplates(shop)).toMatchObject({ value: [] });
    expect((await world.templates('DELETE', `/v1/templates/${id}`, { workspaceId })).status).toBe(404);
  });

  it.each([
    { what: 'a name Meta does not take', over: { name: 'Order Ready' }, field: 'name' },
    { what: 'a language that is none', over: { language: 'english' }, field: 'language' },
    { what: 'a placeholder without example', over: { examples: { name: 'Ada' } }, field: 'examples.number' },
    { what: 'a placeholder at the end', over: { body: 'Hi {{name}}, it is {{number}}' }, field: 'body' },
    { what: 'no text', over: { body: undefined }, field: 'body' },
    { what: 'a footer with a placeholder', over: { footer: 'Bye {{name}}' }, field: 'footer' },
    { what: 'a button that leads nowhere', over: { buttons: [{ type: 'url', text: 'Go', url: 'javascript:alert(1)' }] }, field: 'buttons.0.url' },
  ])('are refused with $what, and nothing is left (I8)', async ({ over, field }) => {
    const before = await world.dynamo.scan('core');
    const answer = await create(over);
    expect(answer).toMatchObject({ status: 422, body: { code: 'invalid_request' } });
    expect((answer.body as { errors: { path: string }[] }).errors.map(({ path }) => path)).toEqual([field]);
    expect(await world.dynamo.scan('core')).toEqual(before);
    expect(await graph().listTemplates(shop)).toMatchObject({ value: [] });
  });

  it('need a number at Meta', async () => {
    const { id } = (await world.sessions('POST', '/v1/sessions', { workspaceId, body: {} })).body as { id: string };
    expect(await create({ sessionId: id })).toMatchObject({ status: 422, body: { code: 'unsupported_by_provider', errors: [{ path: 'sessionId' }] } });
    expect(await create({ sessionId: anId('ses') })).toMatchObject({ status: 404 });
  });

  it('of another workspace are not there for any call, nor is its number (I6)', async () => {
    const { id } = (await create()).body as TemplateView;
    const stranger = { workspaceId: anId('wsp') };
    expect(await world.templates('GET', `/v1/templates/${id}`, stranger)).toMatchObject({ status: 404 });
    expect(await world.templates('DELETE', `/v1/templates/${id}`, stranger)).toMatchObject({ status: 404 });
    expect((await world.templates('GET', '/v1/templates', stranger)).body).toMatchObject({ data: [] });
    expect(await world.templates('POST', '/v1/templates/sync', { ...stranger, body: { sessionId } })).toMatchObject({ status: 404 });
    expect(await world.templates('POST', '/v1/templates', { ...stranger, body: { sessionId, ...ORDER } })).toMatchObject({ status: 404 });
  });

  it('need the scope', async () => {
    expect(await world.templates('GET', '/v1/templates', { workspaceId, scopes: ['messages:read'] })).toMatchObject({ status: 403 });
  });
});
