import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { freePort } from '../../../local/children/free-port.ts';
import { MetaClient, type BusinessNumber } from '../../../local/client/meta-client.ts';
import { until } from '../../../local/client/until.ts';
import { startMetaService, type MetaService } from '../../../local/meta/service.ts';
import { graphClient } from '../../../shared/adapters/meta/graph-client.ts';
import type { Graph, GraphMessage } from '../../../shared/domain/meta/graph.ts';

const CUSTOMER = '+4915300000001';
const text = (body: string, id = body): GraphMessage => ({ type: 'text', to: CUSTOMER.slice(1), text: { body }, biz_opaque_callback_data: id });

describe('the Graph client, at the simulated Meta', () => {
  let service: MetaService;
  let meta: MetaClient;
  let graph: Graph;
  let shop: BusinessNumber;

  beforeAll(async () => {
    service = await startMetaService();
    meta = new MetaClient(service.control);
    graph = graphClient({ baseUrl: service.graph, timeoutMs: 300 });
    shop = await meta.number('+4930111111');
    await meta.customer(CUSTOMER);
  });
  afterAll(() => service.stop());
  beforeEach(async () => {
    await meta.heal(shop.phoneNumberId);
    await meta.write(CUSTOMER, shop.phoneNumber, { text: 'Hello' });
  });

  const received = async (id: string) => (await meta.received(CUSTOMER)).find(({ callbackData }) => callbackData === id);

  it('sends each type, which arrives as it was said', async () => {
    const messages: GraphMessage[] = [
      text('one', 'type-text'),
      { type: 'image', to: CUSTOMER, image: { link: 'https://example.com/a.png', caption: 'A' }, biz_opaque_callback_data: 'type-image' },
      { type: 'location', to: CUSTOMER, location: { latitude: 52.5, longitude: 13.4, name: 'Berlin' }, biz_opaque_callback_data: 'type-location' },
      { type: 'contacts', to: CUSTOMER, contacts: [{ name: { formatted_name: 'Ada' }, phones: [{ phone: '+4930' }] }], biz_opaque_callback_data: 'type-contacts' },
      { type: 'reaction', to: CUSTOMER, reaction: { message_id: 'wamid.x', emoji: '👍' }, biz_opaque_callback_data: 'type-reaction' },
    ];
    for (const message of messages) expect(await graph.sendMessage(shop, message)).toMatchObject({ outcome: 'sent', waId: '4915300000001' });
    for (const { type } of messages) expect(await received(`type-${type}`)).toMatchObject({ type, copies: 1 });
  });

  it.each([
    [130429, 429], [131056, 429], [131047, 400], [131048, 429], [131049, 400], [131026, 400], [131042, 400], [131031, 403], [131053, 400], [132001, 404], [368, 403], [190, 401], [131016, 503],
  ])('tells a refusal with Meta’s code %i', async (code, status) => {
    await meta.fault(shop.phoneNumberId, { kind: 'error', code });
    expect(await graph.sendMessage(shop, text(`refused ${code}`))).toMatchObject({ outcome: 'refused', code, status });
    expect(await received(`refused ${code}`)).toBeUndefined();
  });

  it('knows not what became of a message whose answer was lost, never came, or was not Meta’s', async () => {
    await meta.fault(shop.phoneNumberId, { kind: 'lost_answer' });
    expect(await graph.sendMessage(shop, text('lost'))).toMatchObject({ outcome: 'unknown' });
    await meta.fault(shop.phoneNumberId, { kind: 'hang' });
    expect(await graph.sendMessage(shop, text('hanging'))).toMatchObject({ outcome: 'unknown', reason: 'Meta gave no answer in time' });
    await meta.fault(shop.phoneNumberId, { kind: 'garbage' });
    expect(await graph.sendMessage(shop, text('garbage'))).toMatchObject({ outcome: 'unknown' });
    expect(await received('lost')).toMatchObject({ copies: 1 });
    expect(await received('hanging')).toBeUndefined();
  });

  it('knows that a message never left where nobody listens', async () => {
    const nowhere = graphClient({ baseUrl: `http://127.0.0.1:${await freePort()}` });
    expect(await nowhere.sendMessage(shop, text('nowhere'))).toMatchObject({ outcome: 'unreachable' });
  });

  it('is refused outside the 24 h window, unless with an approved template', async () => {
    await meta.closeWindow(CUSTOMER);
    expect(await graph.sendMessage(shop, text('late'))).toMatchObject({ outcome: 'refused', code: 131047 });
    const draft = { name: 'order_ready', language: 'en_US', category: 'UTILITY', parameterFormat: 'NAMED', components: [{ type: 'BODY', text: 'Hi {{name}}, it is ready.' }] } as const;
    const made = await graph.createTemplate(shop, draft);
    expect(made).toMatchObject({ outcome: 'ok', value: { status: 'PENDING' } });
    const send = (parameters: readonly { type: 'text'; text: string; parameter_name: string }[]) =>
      graph.sendMessage(shop, { type: 'template', to: CUSTOMER, template: { name: 'order_ready', language: { code: 'en_US' }, components: [{ type: 'body', parameters }] }, biz_opaque_callback_data: 'tpl' });
    expect(await send([])).toMatchObject({ outcome: 'refused', code: 132001 });
    if (made.outcome === 'ok') await meta.review(made.value.id, 'APPROVED');
    expect(await send([])).toMatchObject({ outcome: 'refused', code: 132000 });
    expect(await send([{ type: 'text', text: 'Ada', parameter_name: 'name' }])).toMatchObject({ outcome: 'sent' });
    expect(await received('tpl')).toMatchObject({ text: 'Hi Ada, it is ready.' });
    expect(await graph.listTemplates(shop)).toMatchObject({ outcome: 'ok', value: [{ name: 'order_ready', status: 'APPROVED', parameterFormat: 'NAMED' }] });
    expect(await graph.deleteTemplate(shop, 'order_ready')).toMatchObject({ outcome: 'ok' });
    expect(await graph.deleteTemplate(shop, 'order_ready')).toMatchObject({ outcome: 'refused', code: 100 });
  });

  it('lists more templates than fit a page', async () => {
    const other = await meta.number('+4930333333');
    for (let i = 0; i < 101; i++) {
      await graph.createTemplate(other, { name: `t_${i}`, language: 'en', category: 'UTILITY', parameterFormat: 'POSITIONAL', components: [{ type: 'BODY', text: 'Hello' }] });
    }
    const listed = await graph.listTemplates(other);
    expect(listed.outcome === 'ok' && new Set(listed.value.map(({ id }) => id)).size).toBe(101);
  });

  it('keeps to the limit of one person', async () => {
    await meta.configure({ pairBurst: 2, pairSeconds: 600 });
    const lone = '+4915300000009';
    await meta.customer(lone);
    await meta.write(lone, shop.phoneNumber, { text: 'Hi' });
    const outcomes = await Promise.all([1, 2, 3].map((n) => graph.sendMessage(shop, { ...text(`pair ${n}`), to: lone })));
    expect(outcomes.map((each) => (each.outcome === 'refused' ? `${each.code}` : each.outcome)).toSorted((a, b) => a.localeCompare(b))).toEqual(['131056', 'sent', 'sent']);
    await meta.configure({ pairBurst: 45, pairSeconds: 6 });
  });

  it('uploads a file, tells about it, and gets it back; the token goes to no foreign host', async () => {
    const bytes = Buffer.from('not quite a picture');
    const uploaded = await graph.uploadMedia(shop, { file: new Blob([bytes]), mimetype: 'image/png', filename: 'a.png' });
    if (uploaded.outcome !== 'ok') throw new Error('no upload');
    const info = await graph.mediaInfo(shop, uploaded.value.id);
    expect(info).toMatchObject({ outcome: 'ok', value: { mimetype: 'image/png', bytes: bytes.length } });
    if (info.outcome !== 'ok') throw new Error('no info');
    const file = await graph.downloadMedia(shop, info.value.url);
    if (file.outcome !== 'ok') throw new Error('no file');
    expect(Buffer.from(await new Response(file.value).arrayBuffer())).toEqual(bytes);
    expect(await graph.downloadMedia(shop, 'http://example.com/file')).toMatchObject({ outcome: 'refused' });
    expect(await graph.downloadMedia({ accessToken: 'other' }, info.value.url)).toMatchObject({ outcome: 'refused', code: 190 });
    expect(await graph.sendMessage(shop, { type: 'image', to: CUSTOMER, image: { id: uploaded.value.id } })).toMatchObject({ outcome: 'sent' });
  });

  it('tells the numbers of an account, to nobody but the holder of its token', async () => {
    expect(await graph.numbersOf(shop)).toMatchObject({ outcome: 'ok', value: [{ id: shop.phoneNumberId, phoneNumber: '+4930111111' }] });
    expect(await graph.number(shop)).toMatchObject({ outcome: 'ok', value: { phoneNumber: '+4930111111' } });
    expect(await graph.numbersOf({ ...shop, accessToken: 'wrong' })).toMatchObject({ outcome: 'refused', code: 190, status: 401 });
    expect(await graph.numbersOf({ ...shop, businessAccountId: '1' })).toMatchObject({ outcome: 'refused', code: 100 });
    expect(await graph.subscribe(shop)).toEqual({ outcome: 'ok', value: null });
  });

  it('marks as read what came in, and nothing else', async () => {
    const wamid = await meta.write(CUSTOMER, shop.phoneNumber, { text: 'Read me' });
    expect(await graph.markRead(shop, wamid, { typing: true })).toEqual({ outcome: 'ok', value: null });
    expect(await graph.markRead(shop, 'wamid.none')).toMatchObject({ outcome: 'refused', code: 100 });
  });

  it('goes through sent, delivered and read', async () => {
    await graph.sendMessage(shop, text('followed'));
    await until(async () => (await received('followed'))?.status === 'delivered', { what: 'delivery' });
    await meta.read(CUSTOMER);
    expect(await received('followed')).toMatchObject({ status: 'read' });
  });
});
