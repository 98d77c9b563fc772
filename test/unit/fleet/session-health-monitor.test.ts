import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fleetMetrics, type FleetMetrics } from '../../../fleet/observability/fleet-metrics.ts';
import { Recovery } from '../../../fleet/sessions/recovery.ts';
import { SessionHealthMonitor, type HealthSettings } from '../../../fleet/sessions/session-health-monitor.ts';
import type { PageHealth } from '../../../fleet/whatsapp/whatsapp-client.ts';
import type { SessionHealth } from '../../../shared/contracts/session-events.ts';
import { systemClock } from '../../../shared/domain/clock.ts';
import { until } from '../../../local/client/until.ts';

const WELL = (): PageHealth => ({ isConnected: true, state: 'CONNECTED', lastFrameAt: Date.now() });
const SILENT = (): PageHealth => ({ ...WELL(), lastFrameAt: Date.now() - 600_000 });
const OPENING = (): PageHealth => ({ isConnected: false, state: 'OPENING', lastFrameAt: Date.now() });
const MUTE = (): PageHealth => { throw new Error('no answer'); };
const NEVER_MS = 3_600_000;

describe('SessionHealthMonitor', () => {
  let monitor: SessionHealthMonitor;
  let metrics: FleetMetrics;
  let page: () => PageHealth;
  let isProbeTaken: boolean;
  let notes: Partial<SessionHealth>[];
  let done: string[];

  beforeEach(() => {
    [notes, done, page, isProbeTaken, metrics] = [[], [], WELL, true, fleetMetrics()];
  });
  afterEach(() => monitor.stop());

  /** `afterReload`: how the page is once it was loaded anew. */
  function watch(settings: Partial<HealthSettings> = {}, afterReload?: () => PageHealth): void {
    const all: HealthSettings = { checkMs: 48, silentAfterMs: 90_000, stepMs: 40, selfProbe: false, ...settings };
    monitor = new SessionHealthMonitor({
      settings: all, metrics,
      client: {
        checkHealth: async () => page(),
        reload: async () => {
          done.push('reload');
          page = afterReload ?? page;
        },
      },
      board: { note: (seen) => void notes.push(seen) },
      recovery: new Recovery({ clock: systemClock, checkMs: all.checkMs, hasSnapshot: () => true, onStep: () => undefined }),
      probe: async () => isProbeTaken,
      onConnection: (isConnected) => void done.push(isConnected ? 'connected' : 'disconnected'),
      onDead: (reason) => void done.push(`dead: ${reason}`),
    });
    monitor.start();
  }
  const happens = (what: string) => until(async () => done.includes(what), { what, everyMs: 2 });
  const failed = async (check: string) => (await metrics.failedChecks.get()).values.find(({ labels }) => labels.check === check)?.value ?? 0;

  it.each([
    { what: 'the connection brings nothing', seen: SILENT, check: 'frames', reason: 'silent', detail: 'Nothing came from WhatsApp for 600 s' },
    { what: 'the page does not answer', seen: MUTE, check: 'page', reason: 'page_unresponsive', detail: 'The page does not answer' },
    { what: 'the page stays disconnected', seen: OPENING, check: 'state', reason: 'not_connected', detail: "WhatsApp's page says OPENING" },
  ])('loads the page anew when $what, then gives the browser up', async ({ seen, check, reason, detail }) => {
    page = seen;
    watch();
    await happens(`dead: ${reason}`);
    expect(done.filter((step) => step !== 'disconnected')).toEqual(['reload', `dead: ${reason}`]);
    expect(notes).toContainEqual({ state: 'degraded', detail });
    expect(await failed(check)).toBeGreaterThan(1);
  });

  it('is content when the new page is well', async () => {
    page = SILENT;
    watch({ stepMs: NEVER_MS }, WELL);
    await happens('connected');
    expect(done[0]).toBe('reload');
    expect(notes.at(-1)).toEqual({ state: 'ok', detail: null });
    expect((await metrics.recoveries.get()).values).toMatchObject([{ value: 1, labels: { step: 'reload' } }]);
  });

  it('leaves a page alone that gets its connection back by itself', async () => {
    page = OPENING;
    watch({ stepMs: NEVER_MS });
    await happens('disconnected');
    page = WELL;
    await happens('connected');
    expect(done).not.toContain('reload');
  });

  it('looks at once on suspicion', async () => {
    watch({ checkMs: NEVER_MS });
    await happens('connected');
    page = SILENT;
    monitor.suspect();
    await until(async () => (await failed('frames')) === 1, { what: 'the look', everyMs: 2 });
  });

  it('takes a message that WhatsApp does not take for a sign of death, however well the page looks', async () => {
    watch({ checkMs: NEVER_MS });
    await happens('connected');
    monitor.onStalled('1 message not taken within 60 s');
    await happens('reload');
  });

  it('asks WhatsApp itself only when told to', async () => {
    isProbeTaken = false;
    watch();
    await happens('connected');
    monitor.stop();
    watch({ selfProbe: true });
    await happens('dead: probe_failed');
  });

  it('does not hold a page for silent that does not tell', async () => {
    page = () => ({ ...WELL(), lastFrameAt: null });
    watch();
    await happens('connected');
  });
});
