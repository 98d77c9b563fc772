import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DEFAULT_PACING_RULES } from '../../support/builders/pacing-rules.ts';
import { until } from '../../../local/client/until.ts';
import { SessionHarness, type SessionUnderTest } from './session-harness.ts';

const TEST_MS = 120_000;
const CARLA = '+4915200200002';
const STRANGER = '+4915200200003';
const LOCKED_FOR_MS = 10_000;

describe('A session in trouble, with the real library in a real browser', () => {
  let harness: SessionHarness;

  beforeAll(async () => {
    harness = await SessionHarness.start({
      healthSettings: { checkMs: 1_000, silentAfterMs: 3_000, stepMs: 4_000, selfProbe: false },
      pacingRules: { ...DEFAULT_PACING_RULES, timeLockMs: LOCKED_FOR_MS },
    });
    await harness.service.must('PATCH', '/config', { keepaliveMs: 300 });
    for (const number of [CARLA, STRANGER]) await harness.service.must('POST', '/phones', { number });
  }, TEST_MS);
  afterAll(() => harness?.stop(), TEST_MS);

  const qrCodes = (session: SessionUnderTest) => harness.ofType(session, 'session.qr').length;
  const count = async (metric: { get(): Promise<{ values: { value: number; labels: object }[] }> }, labels: object) =>
    (await metric.get()).values.find((one) => JSON.stringify(one.labels) === JSON.stringify(labels))?.value ?? 0;

  it('on a half-open connection is loaded anew in the same browser, and its messages arrive once (I1, I2, I4)', async () => {
    const session = await harness.linked('+4915200200010');
    const browser = harness.running(session).processGroup;
    await harness.fault(session, 'half-open');
    const messageId = await harness.queue(session, CARLA, 'into the silence');
    expect(await harness.warning(session, 'recovery_reload')).toMatchObject({ source: 'health_monitor', detail: expect.stringMatching(/^frames: Nothing came/) });
    await harness.sent(session, messageId);
    await harness.connected(session, 2);
    expect(await harness.copiesAt(CARLA, 'into the silence')).toEqual([1]);
    expect(harness.running(session).processGroup).toBe(browser);
    expect(qrCodes(session)).toBe(1);
    expect(harness.running(session).context.health.current).toMatchObject({ state: 'ok', restarts: 0, lastFrameAt: expect.any(String) });
    expect(await count(harness.metrics.recoverySteps, { step: 'reload' })).toBeGreaterThan(0);
    expect(await count(harness.metrics.failedChecks, { check: 'frames' })).toBeGreaterThan(0);
    harness.running(session).kill();
  }, TEST_MS);

  it('whose page goes on being silent, or hangs, gets another browser (I4)', async () => {
    const [silent, hanging] = await Promise.all([harness.linked('+4915200200020'), harness.linked('+4915200200021')]);
    await Promise.all([harness.fault(silent, 'silent'), harness.fault(hanging, 'hang')]);
    for (const [session, reason] of [[silent, 'silent'], [hanging, 'page_unresponsive']] as const) {
      expect(await harness.warning(session, 'recovery_restart')).toMatchObject({ detail: expect.stringMatching(new RegExp(`^${reason}: `)) });
      expect(await harness.event(session, 'session.status', ({ status }) => status === 'disconnected')).toMatchObject({ reason: 'timeout' });
      await harness.clear(session);
    }
    for (const session of [silent, hanging]) {
      const messageId = await harness.queue(session, CARLA, `from ${session.number}`);
      await harness.sent(session, messageId);
      expect(qrCodes(session)).toBe(1);
      expect(harness.running(session).context.health.current.restarts).toBeGreaterThan(0);
      expect(await count(harness.metrics.restarts, { reason: session === silent ? 'silent' : 'page_unresponsive' })).toBeGreaterThan(0);
    }
    for (const session of [silent, hanging]) harness.running(session).kill();
  }, TEST_MS);

  it('comes back after a crash, a conflict and a dropped line without a new QR (I4)', async () => {
    const [crashed, displaced, dropped] = await Promise.all([1, 2, 3].map((i) => harness.linked(`+491520020003${i}`)));
    if (!crashed || !displaced || !dropped) throw new Error('not linked');
    const browser = harness.running(dropped).processGroup;
    await Promise.all([harness.fault(crashed, 'crash'), harness.fault(displaced, 'conflict'), harness.fault(dropped, 'drop')]);
    await Promise.all([harness.connected(crashed, 2), harness.connected(displaced, 2)]);
    for (const session of [crashed, displaced, dropped]) {
      await harness.sent(session, await harness.queue(session, CARLA, `back: ${session.number}`));
      expect(await harness.copiesAt(CARLA, `back: ${session.number}`)).toEqual([1]);
      expect(qrCodes(session)).toBe(1);
    }
    const endings = (session: SessionUnderTest) => harness.ofType(session, 'session.warning').map(({ code, detail }) => `${code} ${detail.split(':')[0]}`);
    expect([endings(crashed), endings(displaced)]).toEqual([['recovery_restart page_crashed'], ['recovery_restart conflict']]);
    expect(harness.running(dropped).processGroup).toBe(browser); // the page got its line back by itself
    for (const session of [crashed, displaced, dropped]) harness.running(session).kill();
  }, TEST_MS);

  it('whose profile forgot its link gets the last snapshot, not a QR code (I4)', async () => {
    const session = await harness.linked('+4915200200040');
    const profile = harness.profiles.dirOf(session.id);
    await rm(join(profile, 'Default/IndexedDB'), { recursive: true, force: true });
    process.kill(-(harness.running(session).processGroup ?? 0), 'SIGKILL');
    await harness.warning(session, 'recovery_restore');
    await harness.connected(session, 2);
    expect(qrCodes(session)).toBe(1);
    harness.running(session).kill();
  }, TEST_MS);

  it('tells a person what to do when WhatsApp asks for a passkey, until it is done', async () => {
    const session = await harness.opened('+4915200200050');
    await harness.fault(session, 'passkey');
    const { qr } = await harness.event(session, 'session.qr');
    await harness.service.call('POST', `/phones/${session.number}/link`, { qr });
    const instructions = expect.stringContaining('confirm the request with the passkey');
    expect(await harness.event(session, 'session.status', ({ status }) => status === 'action_required')).toMatchObject({ details: instructions });
    expect(await harness.event(session, 'session.health', ({ health }) => health.instructions !== null)).toMatchObject({ health: { instructions } });
    await harness.clear(session);
    await harness.connected(session);
    expect(harness.running(session).context.health.current.instructions).toBeNull();
    harness.running(session).kill();
  }, TEST_MS);

  it('says that WhatsApp refuses its page as outdated', async () => {
    const session = await harness.linked('+4915200200060');
    await harness.fault(session, 'outdated');
    expect(await harness.warning(session, 'page_outdated')).toMatchObject({ source: 'page_compatibility' });
    expect(await harness.event(session, 'session.status', ({ status }) => status === 'disconnected')).toMatchObject({ details: expect.stringMatching(/^outdated: WhatsApp refuses/) });
    harness.running(session).kill();
  }, TEST_MS);

  it('under a time-lock answers old chats, keeps new ones waiting, and opens them when it is over (I1)', async () => {
    const session = await harness.linked('+4915200200070');
    await harness.service.must('POST', `/phones/${CARLA}/messages`, { to: session.number, text: 'hello' });
    await harness.event(session, 'message.received');
    await harness.fault(session, 'timelock');
    const refused = await harness.queue(session, STRANGER, 'refused');
    expect(await harness.event(session, 'message.failed')).toMatchObject({ messageId: refused, failure: { code: 'time_locked' } });
    await harness.warning(session, 'time_locked');
    const { health } = await harness.event(session, 'session.health', (event) => event.health.newChatsPausedUntil !== null);

    const [waiting, answer] = [await harness.queue(session, STRANGER, 'waits'), await harness.queue(session, CARLA, 'answer')];
    await harness.sent(session, answer);
    await until(async () => (harness.table.rows.get(waiting)?.dueAt ?? 0) >= Date.parse(health.newChatsPausedUntil ?? ''), { what: 'the message to wait', everyMs: 20 });
    expect(harness.table.rows.get(waiting)?.status).toBe('queued');
    await harness.clear(session);
    await harness.sent(session, waiting);
    expect(await harness.copiesAt(STRANGER, 'waits')).toEqual([1]);
    expect(harness.running(session).context.health.current.newChatsPausedUntil).toBeNull();
    harness.running(session).kill();
  }, TEST_MS);
});
