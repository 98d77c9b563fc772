import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { BusinessNumber } from '../../../local/client/meta-client.ts';
import { until } from '../../../local/client/until.ts';
import { graphClient } from '../../../shared/adapters/meta/graph-client.ts';
import { dynamoMessages } from '../../../shared/adapters/dynamodb/dynamo-messages.ts';
import { dynamoOutbox } from '../../../shared/adapters/dynamodb/dynamo-outbox.ts';
import type { SessionView } from '../../../shared/contracts/api/sessions.ts';
import type { Messages } from '../../../shared/domain/outbox/messages.ts';
import type { OutboundMessage } from '../../../shared/domain/outbox/outbound-message.ts';
import { anOutboundMessage } from '../../support/builders/outbound-message.ts';
import { anId } from '../../support/builders/session.ts';
import { startMetaWorld, type MetaWorld } from './meta-world.ts';

const CUSTOMER = '+4915300000077';

let world: MetaWorld;
let workspaceId: string;
let shop: BusinessNumber;
let session: SessionView;
let messages: Messages;
let drawn = 0;

beforeAll(async () => {
  world = await startMetaWorld();
  messages = dynamoMessages(world.dynamo.doc, world.dynamo.tables.messages);
});
afterAll(() => world?.stop());
beforeEach(async () => {
  workspaceId = anId('wsp');
  shop = await world.meta.number(`+4933${1_000_000 + drawn++}`);
  const { phoneNumberId, businessAccountId, accessToken } = shop;
  session = (await world.sessions('POST', '/v1/sessions', { workspaceId, body: { provider: 'meta', meta: { phoneNumberId, businessAccountId, accessToken } } })).body;
  await world.meta.customer(CUSTOMER);
  await world.meta.write(CUSTOMER, shop.phoneNumber, { text: 'Hi' });
  await world.listen(workspaceId);
});

/** A message that a sender has claimed, and is about to send. */
async function claimed(): Promise<OutboundMessage> {
  const outbox = dynamoOutbox(world.dynamo.doc, world.dynamo.tables);
  const message = anOutboundMessage({ workspaceId, sessionId: session.id, peer: CUSTOMER });
  await outbox.insert(message);
  await outbox.claim({ sessionId: session.id, fencingToken: 0, messages: [message] });
  return message;
}

const send = ({ id }: OutboundMessage) =>
  graphClient({ baseUrl: process.env['META_GRAPH_URL'] ?? '', timeoutMs: 2_000 }).sendMessage(shop, { type: 'text', to: CUSTOMER, text: { body: 'Hello' }, biz_opaque_callback_data: id });

const becomes = ({ id }: OutboundMessage, status: string) =>
  until(async () => {
    await world.settle();
    const message = await messages.get(workspaceId, id);
    return message.status === status && message;
  }, { what: `${id} to be ${status}`, everyMs: 20 });

describe('Statuses of Meta', () => {
  it('move a message to sent, delivered and read, each told once', async () => {
    const message = await claimed();
    const outcome = await send(message);
    const delivered = await becomes(message, 'delivered');
    expect(delivered.wireId).toBe(outcome.outcome === 'sent' ? outcome.wamid : 'none');
    await world.meta.read(CUSTOMER);
    expect(await becomes(message, 'read')).toMatchObject({ sentAt: expect.any(Number), deliveredAt: expect.any(Number), readAt: expect.any(Number) });
    for (const step of ['sent', 'delivered', 'read']) expect(await world.events(workspaceId, `message.${step}`)).toHaveLength(1);
  });

  it('tell what became of a message whose answer was lost', async () => {
    const message = await claimed();
    await world.meta.fault(shop.phoneNumberId, { kind: 'lost_answer' });
    expect(await send(message)).toMatchObject({ outcome: 'unknown' });
    expect(await becomes(message, 'delivered')).toMatchObject({ wireId: expect.stringMatching(/^wamid\./) });
  });

  it('fail a message with our code, and Meta’s in the detail', async () => {
    const message = await claimed();
    await world.meta.fault(shop.phoneNumberId, { kind: 'fail', code: 131049 });
    await send(message);
    expect((await becomes(message, 'failed')).failure).toEqual({ code: 'marketing_limit', detail: expect.stringMatching(/^Meta 131049: /) });
  });

  it('never move a message back, told twice and in reverse (I5)', async () => {
    await world.meta.configure({ duplicates: 1, reorder: true, batchMs: 80, ackDelayMs: 5 });
    await world.meta.change(CUSTOMER, { autoRead: true });
    const message = await claimed();
    await send(message);
    await becomes(message, 'read');
    await world.meta.configure({ duplicates: 0, reorder: false, batchMs: 5, ackDelayMs: 20 });
    await world.meta.change(CUSTOMER, { autoRead: false });
    await world.settle();
    expect(await messages.get(workspaceId, message.id)).toMatchObject({ status: 'read' });
    expect(await world.events(workspaceId, 'message.read')).toHaveLength(1);
  });

  it('of a message that is not ours change nothing (I6)', async () => {
    const foreign = anOutboundMessage({ workspaceId: anId('wsp'), sessionId: anId('ses') });
    const status = { id: 'wamid.foreign', status: 'delivered', timestamp: '1780000000', recipient_id: '4915', biz_opaque_callback_data: foreign.id };
    const change = { field: 'messages', value: { metadata: { phone_number_id: shop.phoneNumberId }, statuses: [status, { ...status, biz_opaque_callback_data: 'not an id' }] } };
    expect(await world.meta.webhook({ object: 'whatsapp_business_account', entry: [{ id: '1', changes: [change] }] })).toBe(200);
    await world.settle();
    expect(await messages.getMany(workspaceId, [foreign.id])).toEqual(new Map());
    expect(await world.events(workspaceId, 'message.delivered')).toEqual([]);
  });
});
