import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { linkSession } from '../../local/client/link-session.ts';
import { until } from '../../local/client/until.ts';
import { createCampaign } from '../e2e/campaign-story.ts';
import { Stack } from '../e2e/stack.ts';
import { type BenchOptions, type Measurement, type Row, withStack } from './measurement.ts';
import { median } from './statistics.ts';

const RECIPIENTS = 20_000;
const TIMEOUT_MS = 180_000;

/** How many jobs of a campaign are recorded and not done: no call of the API tells. */
async function openJobs(doc: DynamoDBDocumentClient, table: string, campaignId: string): Promise<number> {
  const answer = await doc.send(
    new QueryCommand({
      TableName: table,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :job)',
      ExpressionAttributeValues: { ':pk': `C#${campaignId}`, ':job': 'JOB#' },
      ConsistentRead: true,
    }),
  );
  return (answer.Items ?? []).filter((item) => item['done'] !== true).length;
}

/** From the start call until the last job is done, in recipients a second. The session is stopped: nothing is sent. */
async function fanOutRate(stack: Stack, doc: DynamoDBDocumentClient, sessionId: string, round: number, count: number): Promise<number> {
  const recipients = Array.from({ length: count }, (_, n) => `+4915${round}${10_000_000 + n}`);
  const id = await createCampaign(stack, [sessionId], recipients);
  const startedAt = performance.now();
  await stack.blazz.post(`/v1/campaigns/${id}/start`);
  await until(async () => (await openJobs(doc, stack.local.tables['core'] ?? '', id)) === 0, {
    what: 'the fan-out to end', timeoutMs: TIMEOUT_MS,
  });
  const rate = (count * 1_000) / (performance.now() - startedAt);
  await stack.blazz.post(`/v1/campaigns/${id}/cancel`);
  return rate;
}

async function measureOn(stack: Stack, where: string, { scale, repeat, progress }: BenchOptions): Promise<Row> {
  const count = Math.round(RECIPIENTS * scale);
  const { id: sessionId } = await linkSession(stack.blazz, stack.phones, '+4915240000000');
  await stack.blazz.post(`/v1/sessions/${sessionId}/stop`);
  const doc = DynamoDBDocumentClient.from(
    new DynamoDBClient({
      endpoint: stack.local.endpoints.dynamodb, region: 'eu-central-1',
      credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
    }),
  );
  const rates: number[] = [];
  for (let n = 0; n < repeat; n++) {
    progress(`fan-out ${n + 1} of ${repeat}`);
    rates.push(await fanOutRate(stack, doc, sessionId, n, count));
  }
  doc.destroy();
  return { what: `${count} recipients into the outbox, median of ${repeat}, database ${where}`, figures: { 'recipients/s': Math.round(median(rates)) } };
}

/** The emulator's disk is the limit here, and no part of Blazz: without it one sees the rest. */
const PLACES = [
  { where: 'on disk', under: tmpdir() },
  { where: 'in memory (/dev/shm)', under: '/dev/shm' },
].filter(({ under }) => existsSync(under));

async function measure(options: BenchOptions): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const { where, under } of PLACES) {
    options.progress(`database ${where}`);
    rows.push(await withStack(() => Stack.start({ under }), (stack) => measureOn(stack, where, options)));
  }
  return rows;
}

export const fanOut: Measurement = {
  name: 'fan-out',
  title: 'Fan-out of a campaign',
  run: measure,
};
