import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { UNKNOWN_HEALTH } from '../../../shared/domain/sessions/session-health.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';
import { anId } from '../../support/builders/session.ts';
import { PoolWorld, READY, US } from './pool-world.ts';

describe('a session in the pool', () => {
  let world: PoolWorld;
  let session: Session;

  beforeEach(async () => {
    world = await PoolWorld.start();
    session = await world.add();
    await world.reconciler.look(session.id);
    await world.opened(1);
  });
  afterEach(() => world.stop());

  it('is linked: reports each step, the QR code and the number', async () => {
    world.newest.tell({ type: 'qr', qr: 'code' });
    world.newest.tell({ type: 'authenticated' });
    await world.connect();
    expect(world.statuses).toEqual(['starting', 'qr_scanning', 'authenticated', 'connected']);
    expect(world.events).toContainEqual(expect.objectContaining({ type: 'session.qr', qr: 'code', attempt: 1 }));
    expect(world.events).toContainEqual(expect.objectContaining({ type: 'session.status', status: 'connected', phoneNumber: '+4915200000001' }));
  });

  it('stops on request: closed, copied, reported, released', async () => {
    await world.connect();
    await world.want(session, { desired: 'stopped' });
    await world.eventually('the release', () => world.records.records.get(session.id)?.instanceId === null);
    await world.eventually('it to be forgotten', () => world.pool.size === 0);
    expect(world.newest.isClosed).toBe(true);
    expect(world.statuses.at(-1)).toBe('disconnected/user_initiated');
  });

  it('starts a browser again that died, and not one that was unlinked', async () => {
    await world.connect();
    world.newest.tell({ type: 'closed', reason: 'browser_died', detail: '' });
    await world.opened(2);
    expect(world.browsers[0]?.isKilled).toBe(true);
    world.newest.tell(READY);
    world.newest.tell({ type: 'closed', reason: 'logged_out', detail: '' });
    await world.eventually('the report', () => world.statuses.at(-1) === 'logged_out/logged_out');
    expect(await world.store.describe({ workspaceId: session.workspaceId, sessionId: session.id })).toBeUndefined();
    expect(world.browsers).toHaveLength(2);
    await world.want(session, { requests: { ...session.requests, restarts: 1 } });
    await world.opened(3);
  });

  it('asks nobody for a QR code while an older copy may hold the link (I4)', async () => {
    const moved = await world.add({ fencingToken: 2 });
    const profile = join(world.newest.options.profileDir);
    for (const fencingToken of [1, 1]) await world.store.save({ ...moved, sessionId: moved.id, fencingToken }, profile);
    await world.want(session, { desired: 'stopped' });
    await world.eventually('room', () => world.pool.size === 0);
    await world.reconciler.look(moved.id);
    await world.opened(2);
    world.newest.tell({ type: 'qr', qr: 'code' });
    await world.opened(3);
    const told = () => world.events.filter((event) => event.type === 'session.warning' && event.code === 'snapshot_not_linked');
    expect(told()).toHaveLength(1);
    expect(world.statuses).not.toContain('qr_scanning');
    world.newest.tell({ type: 'qr', qr: 'code' });
    await world.eventually('the question', () => world.statuses.at(-1) === 'qr_scanning');
    expect(told()).toHaveLength(1);
  });

  it('asks the phone for what came after its snapshot, also when the first browser on it did not live to (I1)', async () => {
    const moved = await world.add({ fencingToken: 2 });
    await world.store.save({ ...moved, sessionId: moved.id, fencingToken: 1 }, world.newest.options.profileDir);
    await world.want(session, { desired: 'stopped' });
    await world.eventually('room', () => world.pool.size === 0);
    await world.reconciler.look(moved.id);
    await world.opened(2);
    const asked: number[] = [];
    const count = () => { world.newest.syncNewestChats = async () => asked.push(world.browsers.length) > 0; };
    count();
    world.newest.tell({ type: 'closed', reason: 'browser_died', detail: '' });
    for (const nth of [3, 4]) {
      await world.opened(nth);
      count();
      await world.connect();
      await world.eventually('the answer to be noted', () => readFileSync(join(world.newest.options.profileDir, 'blazz-owner.json'), 'utf8').includes('"isBehind":false'));
      world.newest.tell({ type: 'closed', reason: 'browser_died', detail: '' });
    }
    expect(asked).toEqual([3]);
  });

  it('acts on each request once', async () => {
    await world.connect();
    await world.want(session, { requests: { ...session.requests, restarts: 1 } });
    await world.opened(2);
    await world.want(session, {});
    await world.want(session, {});
    expect(world.browsers).toHaveLength(2);
    await world.want(session, { requests: { ...session.requests, restarts: 1, pairings: 1, pairingPhoneNumber: '+4915200000009' } });
    expect(world.browsers).toHaveLength(2);
  });

  it('logs out at WhatsApp, wipes, and is released once the table says so', async () => {
    await world.connect();
    await world.want(session, { desired: 'logged_out' });
    await world.eventually('the report', () => world.statuses.at(-1) === 'logged_out/user_initiated');
    expect(world.newest.isLoggedOut).toBe(true);
    expect(await world.store.describe({ workspaceId: session.workspaceId, sessionId: session.id })).toBeUndefined();
    expect(world.records.records.get(session.id)?.instanceId).toBe(US);
    await world.want(session, { status: 'logged_out' });
    await world.eventually('the release', () => world.records.records.get(session.id)?.instanceId === null);
  });

  it('opens a browser once more to log out a number that is linked and not running', async () => {
    await world.connect();
    world.newest.tell({ type: 'closed', reason: 'banned', detail: '' });
    await world.want(session, { desired: 'deleted' });
    await world.opened(2);
    world.newest.tell(READY);
    await world.eventually('the report', () => world.statuses.at(-1) === 'deleted/user_initiated');
    expect(world.newest.isLoggedOut).toBe(true);
  });

  it('is killed at once, unreported, when somebody else has it', async () => {
    await world.connect();
    await world.want(session, { instanceId: anId('ins'), fencingToken: 2 });
    expect(world.newest.isKilled).toBe(true);
    expect(world.newest.isClosed).toBe(false);
    expect(world.pool.size).toBe(0);
    expect(world.statuses.at(-1)).toBe('connected');
  });

  it('is killed also while it closes to be recycled, and not opened again (I3)', async () => {
    await world.connect();
    let closed = (): void => undefined;
    world.newest.close = () => new Promise((resolve) => { closed = () => resolve(undefined); });
    const recycling = world.pool.find(session.id)?.recycle('memory_hard');
    await world.eventually('it to close', () => !world.pool.find(session.id)?.isConnected);
    await world.want(session, { instanceId: anId('ins'), fencingToken: 2 });
    expect(world.newest.isKilled).toBe(true);
    closed();
    await recycling;
    expect(world.browsers).toHaveLength(1);
  });

  it('gives up after five rounds of QR codes, and says when to try again', async () => {
    for (let round = 1; round <= 6; round++) {
      world.newest.tell({ type: 'qr', qr: `code ${round}` });
      world.newest.tell({ type: 'qr-round-ended' });
    }
    await world.eventually('the report', () => world.statuses.at(-1) === 'failed/qr_expired');
    expect(world.events).toContainEqual(expect.objectContaining({ type: 'session.status', status: 'failed', details: expect.stringContaining('may be shown at 20') }));
    expect(world.newest.isKilled).toBe(true);
  });

  it('is handed over closed, without its caches, and reported', async () => {
    await world.connect();
    const { profileDir } = world.newest.options;
    await mkdir(join(profileDir, 'Default/Code Cache/js'), { recursive: true });
    await world.pool.find(session.id)?.handOver();
    expect(world.newest.isClosed).toBe(true);
    expect(await readdir(join(profileDir, 'Default'))).toEqual(['Local Storage']);
    expect(world.statuses.at(-1)).toBe('disconnected/instance_restart');
    expect(world.pool.size).toBe(0);
  });

  it('does not get a second round of codes for being taken over: the count comes with the record', async () => {
    const shownAt = Array.from({ length: 5 }, () => new Date().toISOString());
    const qr = { rounds: 5, limit: 5, retryAt: null, shownAt };
    world.pool.killAll();
    const taken = await world.add({ fencingToken: 4, health: { ...UNKNOWN_HEALTH, qr } });
    await world.reconciler.look(taken.id);
    await world.opened(2);
    world.newest.tell({ type: 'qr', qr: 'one too many' });
    await world.eventually('the report', () => world.statuses.at(-1) === 'failed/qr_expired');
    expect(world.events.filter(({ type }) => type === 'session.qr')).toEqual([]);
    expect(world.events).toContainEqual(expect.objectContaining({ type: 'session.warning', source: 'qr_rate_limiter' }));
    await world.eventually('the retry time', () => world.events.some((event) => event.type === 'session.health' && event.health.qr?.retryAt));
  });

  it('is recycled: closed in order, without its caches, and started again on the same profile', async () => {
    await world.connect();
    const { profileDir } = world.newest.options;
    await mkdir(join(profileDir, 'Default/Code Cache/js'), { recursive: true });
    await world.pool.find(session.id)?.recycle('memory_soft');
    expect(world.browsers).toHaveLength(2);
    expect([world.browsers[0]?.isClosed, world.browsers[0]?.isKilled, world.newest.options.profileDir]).toEqual([true, false, profileDir]);
    expect(await readdir(join(profileDir, 'Default'))).toEqual(['Local Storage']);
    world.newest.tell(READY);
    await world.eventually('the report', () => world.statuses.at(-1) === 'connected');
    expect(world.pool.find(session.id)?.context.health.current.restarts).toBe(1);
  });

  it('warns of a lock that a dead browser left, and starts without it', async () => {
    const { profileDir } = world.newest.options;
    await symlink('other-host-4711', join(profileDir, 'SingletonLock'));
    await world.want(session, { requests: { ...session.requests, restarts: 1 } });
    await world.opened(2);
    expect(await readdir(profileDir)).not.toContain('SingletonLock');
    const warning = { type: 'session.warning', source: 'profile_lock_cleaner', code: 'stale_lock', detail: expect.stringContaining('other-host-4711') };
    await world.eventually('the warning', () => world.events.some(({ type }) => type === 'session.warning'));
    expect(world.events).toContainEqual(expect.objectContaining(warning));
  });

  it('goes to somebody else when we are full, said aloud', async () => {
    const other = await world.add();
    await world.reconciler.look(other.id);
    expect(world.passedOn).toEqual([other.id]);
    expect(world.pool.size).toBe(1);
    await world.eventually('the warning', () => world.events.some((event) => event.type === 'session.warning' && event.code === 'refused_capacity'));
  });

  it('says no more why it waited, once it is here', async () => {
    world.pool.killAll();
    const waited = await world.add({ fencingToken: 2, health: { ...UNKNOWN_HEALTH, detail: 'Waiting for room' } });
    await world.reconciler.look(waited.id);
    await world.eventually('the report', () => world.events.some((event) => event.type === 'session.health' && event.health.detail === null));
  });

  it('waits for a person where it did before the takeover', async () => {
    world.pool.killAll();
    world.records.records.delete(session.id);
    const rested = await world.add({ fencingToken: 3, status: 'failed', disconnectReason: 'qr_expired' });
    world.reconciler.start();
    await world.eventually('the tick', () => world.pool.find(rested.id));
    await new Promise((resolve) => { setImmediate(resolve); });
    expect(world.browsers.filter(({ options }) => options.sessionId === rested.id)).toEqual([]);
    world.records.records.set(rested.id, { ...rested, status: 'starting', requests: { ...rested.requests, restarts: 1 } });
    await world.eventually('the browser', () => world.browsers.some(({ options }) => options.sessionId === rested.id));
  });
});
