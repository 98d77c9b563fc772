import { median } from '../bench/statistics.ts';
import { isGreen, type ChaosResult } from './chaos-result.ts';
import { FAULTS } from './fault-kinds.ts';

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

/** How often each kind struck. */
export function strikesByKind({ injected }: Pick<ChaosResult, 'injected'>): ReadonlyMap<string, number> {
  const struck = injected.filter(({ skipped }) => skipped === null);
  return new Map([...Map.groupBy(struck, ({ planned }) => planned.kind)].map(([kind, all]) => [kind, all.length]));
}

/** Median and worst of some times, and how many there are. */
function timesOf(all: readonly number[]): string {
  return all.length === 0 ? 'none' : `${all.length}: median ${seconds(median(all))}, max ${seconds(Math.max(...all))}`;
}

/** The figures of a run, each by its name. */
export function figuresOf(result: ChaosResult): readonly (readonly [string, string])[] {
  const { options, facts, takeovers, injected, violations } = result;
  const struck = injected.filter(({ skipped }) => skipped === null).length;
  const kills = takeovers.filter(({ cause }) => cause.endsWith('instance-kill'));
  const ms = (list: ChaosResult['takeovers']) => list.map((takeover) => takeover.ms);
  const count = (invariant: string) => violations.filter((violation) => violation.invariant === invariant).length;
  return [
    ['seed', String(options.seed)],
    ['faults for', seconds(options.totalMs)],
    ['sessions on instances', `${options.sessions} on ${options.instances}`],
    ['faults injected', `${struck} of ${strikesByKind(result).size} kinds, ${injected.length - struck} found nothing to strike`],
    ['faults survived', isGreen(result) ? String(struck) : 'not all: see the violations'],
    ['messages accepted', `${facts.messages.length} in ${facts.campaigns.length} campaigns and one by one`],
    ['messages from phones', String(facts.written.length)],
    ['takeovers after kill -9, nothing else broken', timesOf(ms(kills.filter(({ isUndisturbed }) => isUndisturbed)))],
    ['takeovers after kill -9, all', timesOf(ms(kills))],
    ['takeovers of any cause', timesOf(ms(takeovers))],
    ['copies of a message, most', String(facts.held.reduce((most, { copies }) => Math.max(most, copies), 0))],
    ['lost', String(count('I1'))],
    ['violations', String(violations.length)],
  ];
}

/** For the terminal. */
export function textReport(result: ChaosResult): string {
  const figures = figuresOf(result).map(([name, value]) => `  ${`${name} `.padEnd(48, '.')} ${value}`);
  const kinds = [...strikesByKind(result)].map(([kind, times]) => `  ${`${kind} `.padEnd(48, '.')} ${times}`);
  const wrong = result.violations.map(({ invariant, what }) => `  ${invariant}: ${what}`);
  const left = result.left.map((what) => `  not at rest: ${what}`);
  return [...figures, '', 'Faults by kind', ...kinds, ...(wrong.length + left.length > 0 ? ['', 'Wrong', ...wrong, ...left] : [])].join('\n');
}

/** For docs/reliability.md. */
export function markdownReport(result: ChaosResult, machine: string): string {
  const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const kinds = [...strikesByKind(result)].toSorted(([a], [b]) => a.localeCompare(b));
  const named = kinds.map(([kind, times]) => row([`\`${kind}\``, FAULTS[kind as keyof typeof FAULTS].what, String(times)]));
  return [
    machine, '',
    row(['', '']), row(['---', '---']), ...figuresOf(result).map(row), '',
    row(['fault', 'what it does', 'times']), row(['---', '---', '---']), ...named,
  ].join('\n');
}
