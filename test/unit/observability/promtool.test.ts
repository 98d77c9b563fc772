import { describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { fleetMetrics } from '../../../fleet/observability/fleet-metrics.ts';
import { MONITORING, queriesOf, readDashboard } from '../../support/monitoring-files.ts';
import { hasPromtool, promtool } from '../../support/promtool.ts';

const checks = hasPromtool ? describe : describe.skip;

checks(`promtool${hasPromtool ? '' : ', not installed here (Debian: apt-get install prometheus),'}`, () => {
  it.each([['check', 'alerts.yml'], ['test', 'alerts.test.yml']])('is content to %s rules %s', (verb, file) => {
    expect(promtool([verb, 'rules', join(MONITORING, file)])).toBeUndefined();
  });

  it('can read every expression of the dashboard', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'blazz-dashboard-'));
    const filled = queriesOf(await readDashboard()).map(({ expr }) => expr.replaceAll('$__rate_interval', '5m').replaceAll('$instance', '.*'));
    const rules = filled.map((expr, n) => ({ record: `panel:${n}`, expr }));
    await writeFile(join(folder, 'rules.yml'), stringify({ groups: [{ name: 'dashboard', rules }] }));
    expect(promtool(['check', 'rules', join(folder, 'rules.yml')])).toBeUndefined();
    await rm(folder, { recursive: true });
  });

  it('finds nothing to say about our metrics', async () => {
    const metrics = fleetMetrics();
    metrics.sessions.set({ status: 'connected' }, 1);
    metrics.claimSeconds.observe(0.01);
    metrics.outbox.saw({ sessionId: 'ses', campaignId: null }, []);
    expect(promtool(['check', 'metrics'], await metrics.registry.metrics())).toBeUndefined();
  });
});
