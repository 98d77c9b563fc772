import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdir, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { IncomingFiles } from '../../../fleet/media/incoming-files.ts';
import { BrowserRun } from '../../../fleet/sessions/browser-run.ts';
import { InFlight } from '../../../fleet/sessions/in-flight.ts';
import { Receipts } from '../../../fleet/sessions/receipts.ts';
import { Recovery } from '../../../fleet/sessions/recovery.ts';
import { efsSnapshotStore } from '../../../fleet/storage/efs-snapshot-store.ts';
import type { ClientOptions } from '../../../fleet/whatsapp/whatsapp-client.ts';
import type { SessionEvent } from '../../../shared/contracts/session-events.ts';
import { until } from '../../../local/client/until.ts';
import { anId } from '../../support/builders/session.ts';
import { aSessionContext } from '../../support/builders/session-context.ts';
import { memoryDataKeys } from '../../support/fakes/memory-data-keys.ts';
import { silentLog } from '../../support/fakes/silent-log.ts';
import { ClientHarness } from './client-harness.ts';

const TEST_MS = 120_000;
const NUMBER = '+4915200000090';
const LIMITS = { timeoutMs: 40_000, everyMs: 20 };

describe('A session whose snapshots are damaged, in a real browser', () => {
  let harness: ClientHarness;
  const [workspaceId, sessionId] = [anId('wsp'), anId('ses')];
  const keys = memoryDataKeys();

  beforeAll(async () => {
    harness = await ClientHarness.start();
    await harness.phones(NUMBER);
  }, TEST_MS);
  afterAll(() => harness?.stop(), TEST_MS);

  const folder = () => join(harness.dir, 'store', workspaceId, sessionId);

  /** The session on one more instance. */
  const takenOver = async (fencingToken: number) => {
    const root = join(harness.dir, `instance-${fencingToken}`);
    const store = efsSnapshotStore({ storeDir: join(harness.dir, 'store'), scratchDir: join(root, 'scratch'), keys, log: silentLog });
    const makeClient = (options: ClientOptions) => harness.client(options.profileDir, options.onEvent, options);
    const { context, events } = aSessionContext(root, store, { makeClient }, { id: sessionId, workspaceId, fencingToken });
    const receipts = new Receipts({
      ...context.owner, inFlight: new InFlight(), limiter: context.rateLimiter, report: () => undefined, onReceived: () => undefined, metrics: context.services.metrics,
    });
    const recovery = new Recovery({ clock: context.services.clock, checkMs: 120_000, hasSnapshot: () => false, onStep: () => undefined });
    const files = new IncomingFiles({ ...context.owner, ...context.services, services: context.services.incomingFiles, report: () => undefined });
    const run = new BrowserRun({
      context, receipts, recovery, files, inFlight: new InFlight(), pairingPhoneNumber: null, onEnd: () => undefined, onFenced: () => undefined,
    });
    await run.start();
    const event = <T extends SessionEvent['type']>(type: T) =>
      until(async () => events.find((each): each is Extract<SessionEvent, { type: T }> => each.type === type), { what: `the event ${type}`, ...LIMITS });
    const warnings = () => events.flatMap((each) => (each.type === 'session.warning' ? [each.code] : []));
    return { context, store, run, events, event, warnings, profileDir: context.services.profiles.dirOf(sessionId) };
  };

  const damage = async (names: readonly string[]) => {
    for (const name of names) await truncate(join(folder(), name), Math.floor((await stat(join(folder(), name))).size / 2));
  };

  it('goes back to the one before without a QR, and shows a QR and why when none is left (I4)', async () => {
    const first = await takenOver(1);
    const { qr } = await first.event('session.qr');
    await harness.service.must('POST', `/phones/${NUMBER}/link`, { qr });
    await first.event('session.storage');
    await first.run.close();
    await first.store.save(first.context.owner, first.profileDir);
    const taken = (await readdir(folder())).toSorted();
    expect(taken.length).toBeGreaterThan(1);

    await damage(taken.slice(-1));
    const second = await takenOver(2);
    expect(await second.run.becomesConnected(LIMITS.timeoutMs)).toBe(true);
    await second.event('session.storage');
    expect(second.warnings()).toEqual(['snapshot_corrupt']);
    expect(second.events.filter(({ type }) => type === 'session.qr')).toEqual([]);
    await second.run.close();

    await damage(await readdir(folder()));
    const third = await takenOver(3);
    await third.event('session.qr');
    expect(third.warnings()).toEqual(['snapshot_corrupt', 'no_usable_snapshot']);
    expect(third.context.health.current).toMatchObject({ state: 'degraded', detail: expect.stringContaining('has to be linked again') });
    third.run.kill();
  }, TEST_MS);
});
