import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../../../local/client/until.ts';
import { anId } from '../../support/builders/session.ts';
import { startRealtimeWorld, type RealtimeWorld } from './realtime-world.ts';

describe('The entries behind the WebSocket API', () => {
  let world: RealtimeWorld;
  beforeAll(async () => {
    world = await startRealtimeWorld();
  });
  afterAll(() => world.stop());

  async function subscribed(workspaceId: string, query: Readonly<Record<string, string>> = {}) {
    const client = await world.open({ token: await world.aKey(workspaceId), ...query });
    const reply = await client.ask({ action: 'subscribe', channel: `workspace.${workspaceId}` });
    return { client, reply };
  }
  const connectionItems = async () => (await world.dynamo.scan('core')).filter(({ pk }) => /^(CONN|CH)#/.test(String(pk)));

  it('bring an event to who subscribed, and to no other workspace (I6)', async () => {
    const [ours, theirs] = [anId('wsp'), anId('wsp')];
    const [{ client }, { client: stranger }] = [await subscribed(ours), await subscribed(theirs)];
    const event = await world.happens(ours);
    const other = await world.happens(theirs);
    await client.event(({ id }) => id === event.id, 'the event');
    await stranger.event(({ id }) => id === other.id, 'the event of the other');
    expect(client.pushes).toMatchObject([{ channel: `workspace.${ours}`, kind: 'message.status', event }]);
    expect(stranger.events).toEqual([other]);
  });

  it('send what was missed to who comes back', async () => {
    const workspaceId = anId('wsp');
    const { client } = await subscribed(workspaceId);
    const seen = await world.happens(workspaceId);
    await client.event(({ id }) => id === seen.id, 'the event');
    client.terminate();
    const missed = [await world.happens(workspaceId), await world.happens(workspaceId)];
    const { client: again, reply } = await subscribed(workspaceId, { since: seen.id });
    expect(reply).toEqual({ type: 'subscribed', channel: `workspace.${workspaceId}`, missed: 2, gap: false });
    const live = await world.happens(workspaceId);
    await again.event(({ id }) => id === live.id, 'the new event');
    expect(again.events.map(({ id }) => id)).toEqual([...missed, live].map(({ id }) => id));
  });

  it('refuse who has no key, and leave nothing in the tables (I8)', async () => {
    const before = await connectionItems();
    await expect(world.open({ token: 'blz_0000000000000000000000000000000000000000' })).rejects.toThrow('refused with 401');
    await expect(world.open({ token: await world.aKey(anId('wsp')), since: 'once' })).rejects.toThrow('refused with 422');
    expect(await connectionItems()).toEqual(before);
  });

  it('forget who has gone, by its goodbye', async () => {
    const { client } = await subscribed(anId('wsp'));
    const before = await connectionItems();
    await client.close();
    await until(async () => (await connectionItems()).length < before.length, { what: 'the connection to be forgotten' });
  });

  it('end a connection that was silent for too long', async () => {
    const workspaceId = anId('wsp');
    const { client } = await subscribed(workspaceId);
    const item = (await connectionItems()).find((found) => found['workspaceId'] === workspaceId);
    const old = new UpdateCommand({
      TableName: world.dynamo.tables.core,
      Key: { pk: item?.['pk'], sk: item?.['sk'] },
      UpdateExpression: 'SET gsi2sk = :sort',
      ExpressionAttributeValues: { ':sort': `${String(Date.now() - 11 * 60_000).padStart(13, '0')}#${String(item?.['id'])}` },
    });
    await world.dynamo.doc.send(old);
    const closed = client.closed();
    await world.dropSilent();
    await closed;
    expect((await connectionItems()).filter((found) => found['workspaceId'] === workspaceId)).toEqual([]);
  });
});
