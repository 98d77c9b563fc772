import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';

const ROOT = join(import.meta.dirname, '../..');
export const MONITORING: string = join(ROOT, 'docs/monitoring');

const Rule = z.union([
  z.strictObject({ record: z.string(), expr: z.string() }),
  z.strictObject({
    alert: z.string().regex(/^Blazz[A-Z]\w+$/),
    expr: z.string(),
    for: z.string().optional(),
    labels: z.strictObject({ severity: z.enum(['critical', 'warning', 'info']) }),
    annotations: z.strictObject({ summary: z.string().min(1), description: z.string().min(1), runbook_url: z.string() }),
  }),
]);
const Rules = z.strictObject({ groups: z.array(z.strictObject({ name: z.string(), rules: z.array(Rule).min(1) })) });
export type Rule = z.infer<typeof Rule>;
export type Alert = Extract<Rule, { alert: string }>;

export async function readRules(): Promise<readonly Rule[]> {
  const { groups } = Rules.parse(parse(await readFile(join(MONITORING, 'alerts.yml'), 'utf8')));
  return groups.flatMap(({ rules }) => rules);
}

export const isAlert = (rule: Rule): rule is Alert => 'alert' in rule;

export const readRunbook = (path: string): Promise<string> => readFile(join(ROOT, path), 'utf8');

const Source = z.strictObject({ type: z.literal('prometheus'), uid: z.string() });
const GridPos = z.strictObject({ h: z.int().positive(), w: z.int().positive(), x: z.int().min(0), y: z.int().min(0) });
const Query = z.looseObject({ refId: z.string(), datasource: Source, expr: z.string() });
const placed = { id: z.int().positive(), title: z.string().min(1), gridPos: GridPos };
const Panel = z.discriminatedUnion('type', [
  z.looseObject({ ...placed, type: z.literal('row') }),
  z.looseObject({ ...placed, type: z.enum(['timeseries', 'stat']), datasource: Source, targets: z.array(Query).min(1) }),
]);
const Variable = z.looseObject({ name: z.string(), type: z.enum(['datasource', 'query']) });
/** What Grafana's import needs to find; it fills in the rest. */
const Dashboard = z.looseObject({
  title: z.string(),
  uid: z.string(),
  schemaVersion: z.int().min(36),
  time: z.strictObject({ from: z.string(), to: z.string() }),
  templating: z.strictObject({ list: z.array(Variable) }),
  panels: z.array(Panel).min(1),
});
export type Dashboard = z.infer<typeof Dashboard>;

export const readDashboard = async (): Promise<Dashboard> =>
  Dashboard.parse(JSON.parse(await readFile(join(MONITORING, 'grafana-dashboard.json'), 'utf8')));

export const queriesOf = ({ panels }: Dashboard) => panels.flatMap((panel) => (panel.type === 'row' ? [] : panel.targets));
