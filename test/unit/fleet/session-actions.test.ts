import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SessionEvent } from '../../../shared/contracts/session-events.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';
import { anOutboundMessage } from '../../support/builders/outbound-message.ts';
import { PoolWorld } from './pool-world.ts';

const ASKED = { restarts: 0, relinks: 1, pairings: 0, pairingPhoneNumber: null };

describe('what is asked of a session', () => {
  let world: PoolWorld;
  let session: Session;
  const ofType = <T extends SessionEvent['type']>(type: T) =>
    world.events.filter((event): event is Extract<SessionEvent, { type: T }> => event.type === type);
  const deleted = () => world.eventually('the deletion', () => world.statuses.some((status) => status.startsWith('deleted')));
  const lastDetails = () => ofType('session.status').at(-1)?.details;

  beforeEach(async () => {
    world = await PoolWorld.start();
    session = await world.add();
  });
  afterEach(() => world.stop());

  async function connected(): Promise<void> {
    await world.reconciler.look(session.id);
    await world.opened(1);
    await world.connect();
  }

  it('a new QR unlinks the old device first, drops the profile and every copy, then starts afresh', async () => {
    await connected();
    await world.want(session, { requests: ASKED });
    await world.opened(2);
    expect(world.browsers[0]?.isLoggedOut).toBe(true);
    expect(ofType('session.wiped')).toMatchObject([{ relinks: 1 }]);
    expect(await world.store.describe({ workspaceId: session.workspaceId, sessionId: session.id })).toBeUndefined();
    await world.want(session, { requests: ASKED });
    expect(world.browsers).toHaveLength(2);
  });

  it('a new QR asked of the owner before is shown by the next one', async () => {
    const moved = await world.add({ requests: ASKED, relinksDone: 0 });
    await world.reconciler.look(moved.id);
    await world.eventually('the wipe', () => ofType('session.wiped').length === 1);
    await world.opened(1);
  });

  it('one that was carried out before is not done again', async () => {
    const moved = await world.add({ requests: ASKED, relinksDone: 1 });
    await world.reconciler.look(moved.id);
    await world.opened(1);
    expect(ofType('session.wiped')).toEqual([]);
  });

  it('an older reading of the table asks for nothing twice', async () => {
    await connected();
    const restarted = { ...ASKED, relinks: 0, restarts: 1 };
    await world.want(session, { requests: restarted });
    await world.opened(2);
    await world.want(session, { requests: session.requests });
    await world.want(session, { requests: restarted });
    expect(world.browsers).toHaveLength(2);
  });

  it('a logout WhatsApp does not confirm is done here all the same, and told', async () => {
    await connected();
    world.newest.isLogoutConfirmed = false;
    await world.want(session, { desired: 'deleted' });
    await deleted();
    expect(lastDetails()).toContain('may still list this device');
    expect(await world.store.describe({ workspaceId: session.workspaceId, sessionId: session.id })).toBeUndefined();
  });

  it('a deletion ends although WhatsApp is not reached, and tells what could not be done', async () => {
    await connected();
    world.newest.tell({ type: 'closed', reason: 'banned', detail: '' });
    await world.want(session, { desired: 'deleted' });
    await world.opened(2);
    world.newest.tell({ type: 'closed', reason: 'start_timeout', detail: 'no network' });
    await deleted();
    expect(world.newest.isLoggedOut).toBe(false);
    expect(lastDetails()).toContain('may still list this device');
  });

  it('a deletion that could not erase the copies erases them later, and unlinks once', async () => {
    await connected();
    const { wipe } = world.store;
    let attempts = 0;
    world.store.wipe = async (owner) => {
      attempts += 1;
      if (attempts === 1) throw new Error('the store is away');
      await wipe(owner);
    };
    await world.want(session, { desired: 'deleted' });
    await world.eventually('the first attempt', () => attempts === 1);
    await world.reconciler.look(session.id);
    await deleted();
    expect(await world.store.describe({ workspaceId: session.workspaceId, sessionId: session.id })).toBeUndefined();
    expect(world.browsers).toHaveLength(1);
  });

  it('a link that is gone by then needs no logout', async () => {
    await connected();
    world.newest.tell({ type: 'closed', reason: 'banned', detail: '' });
    await world.want(session, { desired: 'deleted' });
    await world.opened(2);
    world.newest.tell({ type: 'qr', qr: 'code' });
    await deleted();
    expect(lastDetails()).toBeNull();
  });

  it('a deletion fails what was queued, also for later, and what nobody confirmed (I1)', async () => {
    await connected();
    const base = { workspaceId: session.workspaceId, sessionId: session.id };
    const [later, claimed] = [anOutboundMessage({ ...base, dueAt: Date.now() + 86_400_000 }), anOutboundMessage({ ...base, dueAt: Date.now() + 86_400_000 })];
    await world.outbox.insertMany([later, claimed]);
    await world.outbox.claim({ sessionId: session.id, fencingToken: 1, messages: [claimed] });
    await world.want(session, { desired: 'deleted' });
    await deleted();
    const failures = new Map(ofType('message.failed').map(({ messageId, failure }) => [messageId, failure]));
    expect(failures.get(later.id)).toMatchObject({ code: 'session_deleted', detail: expect.stringContaining('before the message left') });
    expect(failures.get(claimed.id)).toMatchObject({ code: 'session_deleted', detail: expect.stringContaining('may have arrived') });
    const types = world.events.map(({ type }) => type);
    expect(types.lastIndexOf('message.failed')).toBeLessThan(types.lastIndexOf('session.status'));
  });

  it('a deletion that follows a logout at its heels is carried out too', async () => {
    await connected();
    await world.want(session, { desired: 'logged_out' });
    await world.eventually('the report', () => world.statuses.at(-1) === 'logged_out/user_initiated');
    await world.want(session, { desired: 'deleted' });
    await deleted();
    expect(world.browsers).toHaveLength(1);
  });

  it('a logout leaves the queue waiting for the next link', async () => {
    await connected();
    const later = anOutboundMessage({ workspaceId: session.workspaceId, sessionId: session.id, dueAt: Date.now() + 86_400_000 });
    await world.outbox.insert(later);
    await world.want(session, { desired: 'logged_out' });
    await world.eventually('the report', () => world.statuses.at(-1) === 'logged_out/user_initiated');
    expect(world.messages.rows.get(later.id)?.status).toBe('queued');
  });

  it('what no user asked for is told with its reason', async () => {
    await connected();
    await world.want(session, { desired: 'stopped', desiredBecause: { reason: 'qr_expired', details: 'Nobody linked it.' } });
    await world.eventually('the report', () => world.statuses.at(-1) === 'disconnected/qr_expired');
    expect(lastDetails()).toBe('Nobody linked it.');
  });

  it('one that waits for a person is handed over so, not started anew by the next owner', async () => {
    await connected();
    world.newest.tell({ type: 'closed', reason: 'banned', detail: '' });
    await world.eventually('the report', () => world.statuses.at(-1) === 'failed/banned');
    await world.pool.find(session.id)?.handOver();
    expect(world.statuses.at(-1)).toBe('failed/banned');
  });
});
