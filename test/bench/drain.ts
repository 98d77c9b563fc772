import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { linkSession } from '../../local/client/link-session.ts';
import { until } from '../../local/client/until.ts';
import { EcsService } from '../e2e/ecs-service.ts';
import { Stack } from '../e2e/stack.ts';
import { type BenchOptions, type Measurement, type Row, withStack } from './measurement.ts';
import { median, round } from './statistics.ts';

const SESSIONS = 50;
const SENDER_PREFIX = 49_152_300_000_00;
const DEPLOYMENT_LIMIT_MS = 300_000;

/** What an instance says of its drain. */
interface LogLine {
  readonly time: string; // RFC 3339
  readonly msg: string;
  readonly outcome?: string;
  readonly seconds?: number;
}

async function logLines({ dataDir }: Stack): Promise<readonly LogLine[]> {
  const folder = join(dataDir, 'logs');
  const names = (await readdir(folder)).filter((name) => name.startsWith('instance-'));
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return texts.flatMap((text) => text.split('\n').filter((line) => line.includes('"msg"')).map((line) => JSON.parse(line) as LogLine));
}

async function deploy(stack: Stack): Promise<void> {
  const ecs = new EcsService(stack);
  await ecs.redeploy();
  await until(() => ecs.isRolledOut(), { what: 'the deployment', timeoutMs: DEPLOYMENT_LIMIT_MS });
  ecs.close();
}

function figuresOf(lines: readonly LogLine[]): Row['figures'] {
  const at = (msg: string): number => Date.parse(lines.find((line) => line.msg === msg)?.time ?? '');
  const handOvers = lines.filter(({ msg }) => msg === 'session handed over');
  const seconds = handOvers.filter(({ outcome }) => outcome === 'connected').map((line) => line.seconds ?? Number.NaN);
  return {
    'drained in s': round((at('drained') - at('draining')) / 1_000),
    'sessions connected elsewhere meanwhile': seconds.length,
    'off the air a session, s, median': round(median(seconds)),
    'longest, s': round(Math.max(...seconds)),
  };
}

async function measure(stack: Stack, { scale, progress }: BenchOptions): Promise<readonly Row[]> {
  const count = Math.max(2, Math.round(SESSIONS * scale));
  for (let n = 0; n < count; n++) {
    progress(`linking session ${n + 1} of ${count}`);
    await linkSession(stack.blazz, stack.phones, `+${SENDER_PREFIX + n}`);
  }
  progress('replacing the instance');
  await deploy(stack);
  return [{ what: `${count} connected sessions on one instance, replaced by a deployment`, figures: figuresOf(await logLines(stack)) }];
}

export const drain: Measurement = {
  name: 'drain',
  title: 'Deploys',
  run: (options) => withStack(() => Stack.start({ args: ['--instances', '1'], env: { SCHEDULE_SECONDS: '2' } }), (stack) => measure(stack, options)),
};
