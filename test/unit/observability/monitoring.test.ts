import { beforeAll, describe, expect, it } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fleetMetrics } from '../../../fleet/observability/fleet-metrics.ts';
import { allRoutes } from '../../../shared/contracts/api/routes/all-routes.ts';
import { type Alert, type Dashboard, isAlert, MONITORING, queriesOf, readDashboard, readRules, readRunbook, type Rule } from '../../support/monitoring-files.ts';

/** Gauges that count things, or say yes or no: they have no other unit. */
const COUNTS = ['blazz_sessions', 'blazz_session_capacity', 'blazz_instance_state', 'blazz_outbox_depth', 'blazz_admitting', 'blazz_session_store_available', 'blazz_event_spool_batches'];

const metricsIn = (expression: string): string[] =>
  (expression.match(/\b(blazz|nodejs|process)_[a-z0-9_]+/g) ?? []).map((name) => name.replace(/_(bucket|count|sum)$/, ''));
const recordedIn = (expression: string): string[] => expression.match(/\bblazz:[a-z0-9_:]+/g) ?? [];

describe('what docs/monitoring promises', () => {
  const metrics = fleetMetrics().registry.getMetricsAsArray();
  let rules: readonly Rule[];
  let alerts: readonly Alert[];
  let dashboard: Dashboard;
  let expressions: readonly string[];

  beforeAll(async () => {
    rules = await readRules();
    alerts = rules.filter(isAlert);
    dashboard = await readDashboard();
    expressions = [...rules, ...queriesOf(dashboard)].map(({ expr }) => expr);
  });

  it('is about metrics an instance has', () => {
    const known = new Set(metrics.map(({ name }) => name));
    expect(expressions.flatMap(metricsIn).filter((name) => !known.has(name))).toEqual([]);
  });

  it('shows every metric of ours somewhere', () => {
    const used = new Set(expressions.flatMap(metricsIn));
    expect(metrics.map(({ name }) => name).filter((name) => name.startsWith('blazz_') && !used.has(name))).toEqual([]);
  });

  it('uses only recorded series that are recorded', () => {
    const recorded = rules.flatMap((rule) => ('record' in rule ? [rule.record] : []));
    expect(expressions.flatMap(recordedIn).filter((name) => !recorded.includes(name))).toEqual([]);
    expect(new Set(recorded).size).toBe(recorded.length);
  });

  it.each(metrics.filter(({ name }) => name.startsWith('blazz_')))('names and explains $name as Prometheus expects', ({ name, type, help }) => {
    expect(help.length).toBeGreaterThan(5);
    const suffix = { counter: /_total$/, histogram: /_(seconds|bytes)$/, gauge: /_(seconds|bytes|info)$/, summary: /_(seconds|bytes)$/ }[String(type)];
    if (!COUNTS.includes(name)) expect(name).toMatch(suffix ?? /^$/);
  });

  it('leads from every alert to a page of its own that names it', async () => {
    const pages = alerts.map(({ annotations }) => annotations.runbook_url);
    expect(new Set(pages).size).toBe(alerts.length);
    for (const { alert, annotations } of alerts) expect(await readRunbook(annotations.runbook_url)).toContain(`**Alert**: \`${alert}\``);
  });

  it('tests every alert, at rest and firing', async () => {
    const tests = await readFile(join(MONITORING, 'alerts.test.yml'), 'utf8');
    const [atRest = '', ...firing] = tests.split(/^ {2}- name: /m).slice(1);
    for (const { alert } of alerts) {
      expect(atRest).toMatch(new RegExp(`alertname: ${alert} }`));
      expect(firing.join('')).toMatch(new RegExp(`alertname: ${alert}(\n|,)\\s+exp_alerts`));
    }
  });

  it('gives every panel an id and a place of its own, and asks the chosen data source', () => {
    const ids = dashboard.panels.map(({ id }) => id);
    const places = dashboard.panels.map(({ gridPos: { x, y } }) => `${x}/${y}`);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(places).size).toBe(places.length);
    expect(dashboard.panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
    expect(dashboard.templating.list.map(({ name }) => name)).toEqual(['datasource', 'instance']);
    expect(new Set(queriesOf(dashboard).map(({ datasource }) => datasource.uid))).toEqual(new Set(['${datasource}']));
  });

  it('sends people to calls the API has', async () => {
    const folder = join(MONITORING, '../runbooks');
    const known = Object.values(allRoutes).map(({ method, path }) => `${method} ${path}`);
    for (const page of await readdir(folder)) {
      const calls = (await readFile(join(folder, page), 'utf8')).match(/(GET|POST|PATCH|PUT|DELETE) \/v1\/[\w/{}-]+/g) ?? [];
      expect({ page, unknown: calls.filter((call) => !known.includes(call)) }).toEqual({ page, unknown: [] });
    }
  });
});
