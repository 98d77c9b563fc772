import { linkSession } from '../../local/client/link-session.ts';
import { createCampaign, whenAtRest } from '../e2e/campaign-story.ts';
import { Stack } from '../e2e/stack.ts';
import { CountedEmulators } from './emulators.ts';
import type { BenchOptions, Measurement, Row } from './measurement.ts';
import { round } from './statistics.ts';

const MESSAGES = 1_000;
const SENDERS = 2;
const IDLE_SECONDS = 30;

const total = (requests: ReadonlyMap<string, number>): number => [...requests.values()].reduce((sum, n) => sum + n, 0);

/** Units and requests since the last reset, a message each. */
function perMessage({ dynamo, sqs }: CountedEmulators, messages: number, what: string): Row {
  return {
    what,
    figures: {
      'write units a message': round(dynamo.counted.writeUnits / messages, 2),
      'read units a message': round(dynamo.counted.readUnits / messages, 2),
      'DynamoDB requests a message': round(total(dynamo.counted.requests) / messages, 2),
      'SQS requests a message': round(total(sqs.counted.requests) / messages, 2),
    },
  };
}

/** One campaign with receipts that come `ackDelayMs` apart: at once they fold into one write, as seldom in real life. */
async function campaign(stack: Stack, emulators: CountedEmulators, ids: readonly string[], ackDelayMs: number, messages: number) {
  await stack.phones.configure({ ackDelayMs });
  const recipients = await stack.phones.registerMany(`+49157${ackDelayMs}`, messages);
  const id = await createCampaign(stack, ids, recipients);
  emulators.reset();
  await stack.blazz.post(`/v1/campaigns/${id}/start`);
  await whenAtRest(stack, id, ({ read }) => read === messages);
  return perMessage(emulators, messages, `${messages} messages, queued to read, receipts ${ackDelayMs} ms apart`);
}

async function idle(emulators: CountedEmulators): Promise<Row> {
  emulators.reset();
  await new Promise((resolve) => setTimeout(resolve, IDLE_SECONDS * 1_000)); // the thing measured is this very time
  const { dynamo, sqs } = emulators;
  return {
    what: `at rest for ${IDLE_SECONDS} s: ${SENDERS} connected sessions, 2 instances`,
    figures: {
      'write units a minute': round((dynamo.counted.writeUnits * 60) / IDLE_SECONDS),
      'read units a minute': round((dynamo.counted.readUnits * 60) / IDLE_SECONDS),
      'SQS requests a minute': round((total(sqs.counted.requests) * 60) / IDLE_SECONDS),
    },
  };
}

async function measure({ scale, progress }: BenchOptions): Promise<readonly Row[]> {
  const emulators = await CountedEmulators.start();
  const stack = await Stack.start({ args: emulators.hostArgs });
  try {
    const pacing = { profile: 'unlimited' };
    const sessions = [];
    for (let n = 0; n < SENDERS; n++)
      sessions.push(await linkSession(stack.blazz, stack.phones, `+49152300000${n}`, { pacing }));
    const ids = sessions.map((session) => session.id);
    const rows: Row[] = [];
    for (const ackDelayMs of [0, 1_000]) {
      progress(`receipts ${ackDelayMs} ms apart`);
      rows.push(await campaign(stack, emulators, ids, ackDelayMs, Math.round(MESSAGES * scale)));
    }
    progress('at rest');
    return [...rows, await idle(emulators)];
  } finally {
    await stack.close();
    await emulators.stop();
  }
}

export const consumption: Measurement = { name: 'units', title: 'What a campaign message consumes', run: measure };
