import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { FAULT_KINDS, FAULTS, type FaultKind } from './fault-kinds.ts';

const FLAGS = {
  minutes: { type: 'string', default: '30' },
  seed: { type: 'string' },
  only: { type: 'string' },
  except: { type: 'string' },
  sessions: { type: 'string', default: '4' },
  instances: { type: 'string', default: '3' },
  report: { type: 'string' },
  keep: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

export const HELP = `npm run chaos -- [options]

Breaks a whole Blazz again and again while it works, and checks invariants I1 to I5 (docs/invariants.md) against what the
simulated WhatsApp service saw. Exit code 1 if one was violated; data and logs of such a run are kept.

  --minutes <n>      how long faults are injected (30)
  --seed <n>         the same seed gives the same plan of faults (one at random, and told)
  --only <kinds>     these kinds of fault alone, comma-separated
  --except <kinds>   all kinds but these
  --sessions <n>     numbers linked (4)
  --instances <n>    fleet instances (3)
  --report <file>    put the figures into this file, between its two marks
  --keep             keep data and logs of a green run too
  --help             this text

Kinds of fault:
${FAULT_KINDS.map((kind) => `  ${kind.padEnd(30)} ${FAULTS[kind].what}`).join('\n')}
`;

export interface CommandLine {
  readonly minutes: number;
  readonly seed: number;
  readonly kinds: readonly FaultKind[];
  readonly sessions: number;
  readonly instances: number;
  readonly report: string | undefined;
  readonly keep: boolean;
}

/** Something the command line says that cannot be done. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

function numberIn(flag: string, text: string, least: number, most: number): number {
  const value = text === '' ? Number.NaN : Number(text);
  if (!(value >= least && value <= most)) throw new UsageError(`--${flag} takes a number from ${least} to ${most}, not '${text}'`);
  return value;
}

function wholeIn(flag: string, text: string, least: number, most: number): number {
  const value = numberIn(flag, text, least, most);
  if (!Number.isInteger(value)) throw new UsageError(`--${flag} takes a whole number, not '${text}'`);
  return value;
}

function kindsIn(text: string): readonly FaultKind[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !FAULT_KINDS.some((kind) => kind === name));
  if (unknown.length > 0) throw new UsageError(`No kind of fault is called ${unknown.join(', ')}; --help lists them`);
  return names as readonly FaultKind[];
}

function chosenKinds(only: string | undefined, except: string | undefined): readonly FaultKind[] {
  const left = new Set(except === undefined ? [] : kindsIn(except));
  const kinds = (only === undefined ? FAULT_KINDS : kindsIn(only)).filter((kind) => !left.has(kind));
  if (kinds.length === 0) throw new UsageError('--only and --except together leave no kind of fault');
  return kinds;
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: FLAGS, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** Reads the command line; 'help' if that was asked for. Throws a UsageError. */
export function readCommandLine(args: readonly string[]): CommandLine | 'help' {
  const { minutes, seed, only, except, sessions, instances, report, keep, help } = parsed(args);
  if (help) return 'help';
  return {
    minutes: numberIn('minutes', minutes, 0.5, 24 * 60),
    seed: seed === undefined ? randomInt(2 ** 31) : wholeIn('seed', seed, 0, 2 ** 32 - 1),
    kinds: chosenKinds(only, except),
    sessions: wholeIn('sessions', sessions, 1, 50),
    instances: wholeIn('instances', instances, 1, 20),
    report,
    keep,
  };
}
