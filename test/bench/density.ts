import { CANDIDATES, type Candidate, NODE_OPTIONS } from './density-candidates.ts';
import { DensityFleet, type DensityRound } from './density-fleet.ts';
import type { BenchOptions, Measurement, Row } from './measurement.ts';
import { median, round } from './statistics.ts';

const MB = 1_048_576;
/** What a session costs at rest is a figure of its own; between candidates a shorter look tells enough. */
const REST_SECONDS = 60;
const CANDIDATE_REST_SECONDS = 20;

const AS_SHIPPED = 'as shipped';

const isChosen = ({ candidates }: BenchOptions) => (name: string): boolean => candidates?.some((part) => name.includes(part)) ?? true;

type Rounds = readonly DensityRound[];
const medianOf = (rounds: Rounds, figure: (round: DensityRound) => number): number => median(rounds.map(figure));

function figuresOf(rounds: Rounds, shipped: Rounds, sessions: number): Row['figures'] {
  const each = (figure: (round: DensityRound) => number) => medianOf(rounds, figure) / sessions;
  const browserBytes = (round: DensityRound) => round.browserBytes;
  return {
    'MB a session, its browser': round(each(browserBytes) / MB),
    'against as shipped': round(medianOf(rounds, browserBytes) / medianOf(shipped, browserBytes), 2),
    'CPU at rest a session, ‰ of a core': round(each(({ browserCpu, nodeCpu }) => browserCpu + nodeCpu) * 1_000),
    'of it Node': round(each(({ nodeCpu }) => nodeCpu) * 1_000),
    processes: round(each(({ processes }) => processes)),
    threads: round(each(({ threads }) => threads)),
    descriptors: round(each(({ descriptors, nodeDescriptors }) => descriptors + nodeDescriptors)),
    's until all are connected': round(medianOf(rounds, ({ connectSeconds }) => connectSeconds)),
  };
}

/** Only of an instance that has just linked its sessions: Node's heap grows with each browser it starts, to some bound. */
const instanceFigures = (fresh: DensityRound | undefined): Row['figures'] => ({ 'MB of the instance itself': round((fresh?.nodeBytes ?? 0) / MB) });

/** One round of each, the shipped flags first: what changes on the machine meanwhile changes for all of them. */
async function measureFlags(fleet: DensityFleet, candidates: readonly Candidate[], options: BenchOptions) {
  const shipped: DensityRound[] = [];
  const rounds = new Map<string, DensityRound[]>();
  const failures = new Map<string, string>();
  for (let n = 0; n < options.repeat; n++) {
    shipped.push(await fleet.measure({}, REST_SECONDS * options.scale));
    for (const candidate of candidates) {
      options.progress(`round ${n + 1} of ${options.repeat}: ${candidate.name}`);
      try {
        const figures = await fleet.measure(candidate, CANDIDATE_REST_SECONDS);
        rounds.set(candidate.name, [...(rounds.get(candidate.name) ?? []), figures]);
      } catch (error) {
        failures.set(candidate.name, error instanceof Error ? error.message : String(error));
      }
    }
  }
  return { shipped, rounds, failures };
}

async function flagRows(options: BenchOptions): Promise<{ rows: Row[]; shipped: Rounds }> {
  const { sessions } = options;
  const chosen = CANDIDATES.filter(({ name }) => isChosen(options)(name));
  const fleet = await DensityFleet.start(sessions);
  try {
    const { shipped, rounds, failures } = await measureFlags(fleet, chosen, options);
    const rows: Row[] = [
      {
        what: `${AS_SHIPPED}: ${sessions} sessions on 1 instance, median of ${options.repeat}`,
        figures: { ...figuresOf(shipped, shipped, sessions), ...instanceFigures(shipped[0]) },
      },
      ...[...rounds].map(([what, each]) => ({ what, figures: figuresOf(each, shipped, sessions) })),
      ...[...failures].map(([what, failure]) => ({ what, figures: { 'MB a session, its browser': `failed: ${failure}` } })),
    ];
    return { rows, shipped };
  } finally {
    await fleet.stop();
  }
}

/** Node's flags hold for the process, so each needs an instance of its own. */
async function nodeRow(nodeOptions: string, shipped: Rounds, options: BenchOptions): Promise<Row> {
  options.progress(`NODE_OPTIONS ${nodeOptions}`);
  const fleet = await DensityFleet.start(options.sessions, nodeOptions);
  try {
    const fresh = await fleet.measure({}, CANDIDATE_REST_SECONDS);
    return { what: `with NODE_OPTIONS=${nodeOptions}`, figures: { ...figuresOf([fresh], shipped, options.sessions), ...instanceFigures(fresh) } };
  } finally {
    await fleet.stop();
  }
}

async function measure(options: BenchOptions): Promise<readonly Row[]> {
  const { rows, shipped } = await flagRows(options);
  for (const nodeOptions of NODE_OPTIONS.filter(isChosen(options))) rows.push(await nodeRow(nodeOptions, shipped, options));
  return rows;
}

export const density: Measurement = { name: 'density', title: 'Density: what a session costs at rest', isLong: true, run: measure };
