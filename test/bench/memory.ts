import { linkSession } from '../../local/client/link-session.ts';
import { Stack } from '../e2e/stack.ts';
import { type BenchOptions, type Measurement, type Row, withStack } from './measurement.ts';
import { treePss } from './process-tree.ts';
import { round } from './statistics.ts';

const MB = 1_048_576;
const SESSIONS = 10;
const SENDER_PREFIX = 49_152_100_000_00;

async function pss(stack: Stack): Promise<{ instances: number; tree: number }> {
  const { instances } = await stack.host.local();
  const sizes = await Promise.all(instances.map(({ pid }) => treePss(pid)));
  return { instances: sizes.reduce((sum, size) => sum + size, 0), tree: await treePss(stack.host.pid) };
}

async function measure(stack: Stack, { scale, progress }: BenchOptions): Promise<readonly Row[]> {
  const count = Math.max(2, Math.round(SESSIONS * scale));
  const before = await pss(stack);
  for (let n = 0; n < count; n++) {
    progress(`linking session ${n + 1} of ${count}`);
    await linkSession(stack.blazz, stack.phones, `+${SENDER_PREFIX + n}`, { pacing: { profile: 'unlimited' } });
  }
  const after = await pss(stack);
  return [
    {
      what: `${count} connected sessions on 2 instances`,
      figures: {
        'MB a session (its Chromium and its share of Node)': round((after.instances - before.instances) / count / MB),
        'MB a session, all of both instances': round(after.instances / count / MB),
        'MB of the whole host, emulators and simulated WhatsApp included': round(after.tree / MB),
        'MB of the whole host before the first session': round(before.tree / MB),
      },
    },
  ];
}

export const memory: Measurement = {
  name: 'memory',
  title: 'Memory a session (PSS)',
  run: (options) => withStack(() => Stack.start(), (stack) => measure(stack, options)),
};
