import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ReceivedMessage } from '../../../fleet/whatsapp/whatsapp-client.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';
import { anOutboundMessage } from '../../support/builders/outbound-message.ts';
import { PoolWorld } from './pool-world.ts';

const ON_DEMAND = { idleMinutes: 15, wakeEveryMinutes: 10_080 };
const HOUR_MS = 3_600_000;
const written = (number: number): ReceivedMessage => ({
  wireId: `3A${number}`, peer: '+4917012345678', author: null, senderName: null, type: 'text', text: 'Hello', replyToWireId: null,
  replyToAtMs: null, isForwarded: false, mentions: [], details: null, atMs: Date.now(), media: null,
});
const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();

describe('a session on demand', () => {
  let world: PoolWorld;
  let session: Session;

  /** Connected, and asleep as soon as the reconciler looks. */
  const fallAsleep = async () => {
    await world.connect();
    world.reconciler.start();
    await world.eventually('its sleep', () => world.statuses.at(-1) === 'hibernating');
  };
  const count = async (metric: 'hibernations' | 'wakes') => (await world.metrics[metric].get()).values;
  const messageTo = (over: Partial<Session>) => anOutboundMessage({ workspaceId: session.workspaceId, sessionId: session.id, ...over as object });
  const arrived = () => world.browsers.flatMap(({ handedOver }) => handedOver.map(({ content }) => ('text' in content ? content.text : '')));

  beforeEach(async () => {
    world = await PoolWorld.start({ hibernateAfterMs: 1 });
    session = await world.add({ onDemand: ON_DEMAND });
    await world.reconciler.look(session.id);
    await world.opened(1);
  });
  afterEach(() => world.stop());

  it('closes its browser in order when nothing comes or goes, and keeps its place', async () => {
    await fallAsleep();
    expect(world.newest.isClosed).toBe(true);
    expect(world.pool.find(session.id)).toMatchObject({ isAsleep: true, processGroup: undefined });
    expect([world.pool.size, world.pool.awake]).toEqual([1, 0]);
    expect(await count('hibernations')).toMatchObject([{ value: 1 }]);
  });

  it('stays connected while its settings do not say otherwise', async () => {
    await world.want(session, { onDemand: null });
    await world.connect();
    for (let look = 0; look < 5; look++) await world.reconciler.look(session.id);
    await world.pool.find(session.id)?.apply(world.records.records.get(session.id) as Session);
    expect(world.newest.isClosed).toBe(false);
  });

  it('does not sleep before what is queued is sent (I1)', async () => {
    await world.outbox.insert(messageTo({}));
    await fallAsleep();
    expect(arrived()).toEqual(['Hello']);
    expect([...world.messages.rows.values()].map(({ status }) => status)).toEqual(['sent']);
  });

  it('does not sleep on a message that WhatsApp has not taken yet', async () => {
    world.newest.answer = undefined;
    await world.outbox.insert(messageTo({}));
    await world.connect();
    world.reconciler.start();
    await world.eventually('the hand-over', () => arrived().length === 1);
    const seen = world.pool.find(session.id);
    for (let look = 0; look < 5; look++) await seen?.apply(world.records.records.get(session.id) as Session);
    expect(world.newest.isClosed).toBe(false);
    const [message] = world.newest.handedOver;
    world.newest.tell({ type: 'acks', acks: [{ wireId: String(message?.wireId), peer: String(message?.peer), ack: 1 }] });
    await world.eventually('its sleep', () => world.statuses.at(-1) === 'hibernating');
  });

  it('wakes at a nudge, sends, and sleeps again', async () => {
    await fallAsleep();
    await world.outbox.insert(messageTo({}));
    world.pool.find(session.id)?.wakeOutbox();
    await world.opened(2);
    await world.connect();
    await world.eventually('the message', () => arrived().length === 1);
    await world.eventually('its sleep', () => world.statuses.at(-1) === 'hibernating');
    expect(await count('wakes')).toMatchObject([{ labels: { cause: 'message' }, value: 1 }]);
    expect(world.statuses).toEqual(['starting', 'connected', 'hibernating', 'starting', 'connected', 'hibernating']);
  });

  it('tells all that came meanwhile, more than it looks back for at first, before it sends anything', async () => {
    await fallAsleep();
    const waiting = Array.from({ length: 1_200 }, (_, i) => written(i));
    await world.outbox.insert(messageTo({}));
    world.pool.find(session.id)?.wakeOutbox();
    await world.opened(2);
    let sentMeanwhile = 0;
    world.newest.recentReceived = async (_since: number, limit: number) => {
      for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => { setImmediate(resolve); });
      sentMeanwhile += arrived().length;
      return waiting.slice(-limit);
    };
    await world.connect();
    await world.eventually('the message', () => world.events.some(({ type }) => type === 'message.sent'));
    const types = world.events.map(({ type }) => type);
    expect(types.filter((type) => type === 'message.received')).toHaveLength(waiting.length);
    expect(types.lastIndexOf('message.received')).toBeLessThan(types.indexOf('message.sent'));
    expect(sentMeanwhile).toBe(0);
  });

  it('finds by itself what no nudge told of', async () => {
    await fallAsleep();
    await world.outbox.insert(messageTo({}));
    await world.opened(2);
    expect(await count('wakes')).toMatchObject([{ labels: { cause: 'message' } }]);
  });

  it('opens again at once when something came while it closed', async () => {
    await world.connect();
    world.newest.close = async () => {
      world.newest.isClosed = true;
      world.pool.find(session.id)?.wakeOutbox();
    };
    world.reconciler.start();
    await world.opened(2);
    expect(world.statuses).not.toContain('hibernating');
  });

  it.each([
    { cause: 'schedule', change: { statusSince: ago(8 * 24 * HOUR_MS) } },
    { cause: 'setting', change: { onDemand: null } },
    { cause: 'request', change: { requests: { restarts: 1, relinks: 0, pairings: 0, pairingPhoneNumber: null } } },
  ])('wakes by $cause', async ({ cause, change }) => {
    await fallAsleep();
    await world.want(session, { status: 'hibernating', statusSince: ago(HOUR_MS), ...change });
    await world.opened(2);
    expect(await count('wakes')).toMatchObject([{ labels: { cause }, value: 1 }]);
  });

  it('stops without a browser, and says so', async () => {
    await fallAsleep();
    await world.want(session, { desired: 'stopped' });
    await world.eventually('the release', () => world.records.records.get(session.id)?.instanceId === null);
    expect(world.browsers).toHaveLength(1);
    expect(world.statuses.at(-1)).toBe('disconnected/user_initiated');
  });

  it('is handed over asleep', async () => {
    await fallAsleep();
    await world.pool.find(session.id)?.handOver();
    expect(world.pool.size).toBe(0);
    expect(world.statuses.at(-1)).toBe('hibernating');
  });

  describe('that comes to us asleep', () => {
    let asleep: Session;

    beforeEach(async () => {
      world.pool.killAll();
      world.records.records.delete(session.id);
      asleep = await world.add({ onDemand: ON_DEMAND, status: 'hibernating', statusSince: ago(HOUR_MS), fencingToken: 2 });
    });

    it('sleeps on (I4)', async () => {
      for (let look = 0; look < 5; look++) await world.reconciler.look(asleep.id);
      await world.pool.find(asleep.id)?.apply(asleep);
      expect(world.pool.find(asleep.id)?.isAsleep).toBe(true);
      expect(world.browsers).toHaveLength(1);
    });

    it('wakes for what the owner before left in doubt (I1)', async () => {
      const left = anOutboundMessage({ workspaceId: asleep.workspaceId, sessionId: asleep.id });
      await world.outbox.insert(left);
      await world.outbox.claim({ sessionId: asleep.id, fencingToken: 2, messages: [left] });
      world.reconciler.start();
      await world.opened(2);
      expect(world.newest.options.sessionId).toBe(asleep.id);
    });

    it('starts when that was asked for before it came', async () => {
      await world.want(asleep, { status: 'starting' });
      await world.opened(2);
    });
  });

  describe('among others, where browsers are few', () => {
    it('takes no room, and waits its turn when all browsers are in use', async () => {
      await fallAsleep();
      const busy = await world.add();
      await world.eventually('the other one', () => world.browsers.some(({ options }) => options.sessionId === busy.id));
      world.pool.find(session.id)?.wakeOutbox();
      await world.eventually('the reason', () => world.events.some((event) => event.type === 'session.health' && event.health.detail?.startsWith('Waits for a browser')));
      expect(world.statuses.at(-1)).toBe('starting');
      expect(world.browsers).toHaveLength(2);
      await world.want(busy, { desired: 'stopped' });
      await world.opened(3);
      expect(world.newest.options.sessionId).toBe(session.id);
    });

    it('goes to somebody else who has a free one when it has waited long enough', async () => {
      await world.stop();
      world = await PoolWorld.start({ hibernateAfterMs: 1, patienceMs: 1 });
      session = await world.add({ onDemand: ON_DEMAND, status: 'hibernating' });
      const busy = await world.add();
      world.reconciler.start();
      await world.eventually('the other one', () => world.browsers.some(({ options }) => options.sessionId === busy.id));
      await world.want(session, { status: 'starting', requests: { ...session.requests, restarts: 1 } });
      await world.eventually('it to be passed on', () => world.passedOn.includes(session.id));
      expect(world.pool.ids).toEqual([busy.id]);
    });
  });
});
