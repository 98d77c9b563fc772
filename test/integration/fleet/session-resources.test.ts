import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fleetMetrics } from '../../../fleet/observability/fleet-metrics.ts';
import { LoadSampler } from '../../../fleet/observability/load-sampler.ts';
import { openDescriptors } from '../../../fleet/observability/process-resources.ts';
import { MemoryManager } from '../../../fleet/sessions/memory-manager.ts';
import { QRRateLimiter } from '../../../fleet/sessions/qr-rate-limiter.ts';
import { SessionStorageOptimizer } from '../../../fleet/sessions/storage-optimizer.ts';
import { measureProfile } from '../../../fleet/storage/profile-caches.ts';
import { memoryOfGroups } from '../../../fleet/whatsapp/webjs/browser-processes.ts';
import { systemClock } from '../../../shared/domain/clock.ts';
import { until } from '../../../local/client/until.ts';
import { silentLog } from '../../support/fakes/silent-log.ts';
import { ClientHarness } from './client-harness.ts';
import { SessionUnderTest } from './pool-under-test.ts';

const TEST_MS = 120_000;
const CARLA = '+4915200000002';
const MB = 1e6;
const AT_ANY_TIME = { leastLifeMs: 0, idleAfterMs: 0 };

describe('what a session takes, with the real library in a real browser', () => {
  let harness: ClientHarness;
  let under: SessionUnderTest;
  const received = async () => (await harness.service.must('GET', `/phones/${CARLA}/messages`)) as { text: string; copies: number }[];
  const qrCodes = () => under.ofType('session.qr').length;

  beforeAll(async () => {
    harness = await ClientHarness.start();
    await harness.phones(CARLA);
  }, TEST_MS);
  afterEach(() => under?.pool.killAll());
  afterAll(() => harness?.stop(), TEST_MS);

  const samplerWith = (hardMb: number) => {
    const manager = new MemoryManager({
      find: (id) => under.pool.find(id), admission: under.pool.admission, softBytes: 0, hardBytes: hardMb * MB, rule: AT_ANY_TIME, log: silentLog,
    });
    const sampler = new LoadSampler({
      pool: under.pool, memoryOfGroups, openDescriptors, memoryLimitBytes: Number.MAX_SAFE_INTEGER, metrics: fleetMetrics(), log: silentLog,
      onSample: (bytes) => manager.review(bytes),
    });
    return { manager, sampler };
  };

  it('a page that grows over its limit is recycled without a QR and without losing a message; without the manager it goes on growing (I1, I2, I4)', async () => {
    const number = '+4915200000071';
    under = new SessionUnderTest(harness);
    await under.link(harness, number);
    const [group, codes] = [under.session.processGroup, qrCodes()];
    const leak = async (toMb: number, { sampler }: ReturnType<typeof samplerWith>) => {
      await harness.service.must('POST', `/phones/${number}/faults`, { kind: 'leak' });
      await until(async () => {
        await sampler.sample();
        return (under.session.context.health.current.memoryBytes ?? 0) > toMb * MB;
      }, { what: `${toMb} MB`, timeoutMs: TEST_MS, everyMs: 100 });
    };

    await leak(120, samplerWith(0));
    expect(under.session.processGroup).toBe(group);
    expect(under.ofType('session.warning')).toEqual([]);

    const managed = samplerWith(220);
    await leak(220, managed);
    const during = await under.queue(CARLA, 'queued while it restarts');
    await harness.service.must('POST', `/phones/${CARLA}/messages`, { to: number, text: 'came while it restarts' });
    await managed.manager.settled();
    await under.connects(1);
    expect(under.session.processGroup).not.toBe(group);
    expect(qrCodes()).toBe(codes);
    expect(under.ofType('session.warning')).toMatchObject([{ source: 'memory_manager', code: 'memory_hard' }]);
    expect(under.session.context.health.current.restarts).toBe(1);
    await under.event('message.sent', ({ messageId }) => messageId === during.id);
    await under.event('message.received', ({ text }) => text === 'came while it restarts');
    const copies = async () => (await received()).filter(({ text }) => text === 'queued while it restarts');
    await until(async () => (await copies()).length > 0, { what: 'the message to arrive' });
    expect(await copies()).toMatchObject([{ copies: 1 }]);
    await managed.sampler.sample();
    expect(under.session.context.health.current.memoryBytes).toBeLessThan(220 * MB);
  }, TEST_MS);

  it('a profile over its quota is told of, slim after closing, free of a dead browser\'s lock, and connects without a QR (I4)', async () => {
    under = new SessionUnderTest(harness);
    await under.link(harness, '+4915200000072');
    const [codes, quotaBytes] = [qrCodes(), 8 * MB];
    const optimizer = new SessionStorageOptimizer({ pool: under.pool, profiles: under.services.profiles, quotaBytes, rule: AT_ANY_TIME, log: silentLog });
    await optimizer.check();
    expect(under.session.context.health.current.profileBytes).toBeLessThan(quotaBytes);
    expect(under.ofType('session.warning')).toEqual([]);

    for (const cache of ['Cache/Cache_Data', 'Code Cache/js', 'GPUCache', 'Service Worker/CacheStorage/x/y']) {
      const folder = join(under.profileDir, 'Default', cache);
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'stuffed'), Buffer.alloc(3 * MB, 1));
    }
    await symlink('another-host-4711', join(under.profileDir, 'SingletonLock'));
    await optimizer.check();
    await under.connects(1);
    expect(under.ofType('session.warning').map(({ code }) => code)).toEqual(['profile_over_quota', 'stale_lock']);
    expect(qrCodes()).toBe(codes);
    expect(await readdir(under.profileDir)).not.toContain('SingletonLock');
    expect((await measureProfile(under.profileDir)).bytes).toBeLessThan(quotaBytes);
  }, TEST_MS);

  it('nothing is opened, and no lock touched, without a held lease (I3)', async () => {
    under = new SessionUnderTest(harness, {}, { lease: { isHeld: () => false, heldForMs: () => 0 } });
    await mkdir(under.profileDir, { recursive: true });
    const { dir } = await under.services.profiles.prepare(under.session.context.owner); // as it lay there before the lease ended
    await symlink('another-host-4711', join(dir, 'SingletonLock'));
    await under.session.apply(under.record);
    expect(under.session.processGroup).toBeUndefined();
    expect(await readdir(dir)).toContain('SingletonLock');
  }, TEST_MS);

  it('shows its rounds of QR codes, then says when to try again; a restart begins no new hour', async () => {
    await harness.service.must('PATCH', '/config', { qrTtlMs: 300, qrRefs: 1 });
    const qrLimiter = new QRRateLimiter(systemClock, 2);
    under = new SessionUnderTest(harness, {}, { qrLimiter });
    under.start();
    const { details } = await under.event('session.status', ({ status, reason }) => status === 'failed' && reason === 'qr_expired');
    expect(details).toContain('The next QR code may be shown at');
    const { health } = await under.event('session.health', (event) => Boolean(event.health.qr?.retryAt));
    expect(health.qr).toMatchObject({ rounds: 2, limit: 2 });
    under.pool.killAll();

    under = new SessionUnderTest(harness, { health }, { qrLimiter });
    under.start();
    await under.event('session.status', ({ reason }) => reason === 'qr_expired');
    expect(qrCodes()).toBe(0);
    await harness.service.must('PATCH', '/config', { qrTtlMs: 20_000, qrRefs: 6 });
  }, TEST_MS);
});
