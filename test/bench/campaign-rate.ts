import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { linkSession } from '../../local/client/link-session.ts';
import { PhonesClient } from '../../local/client/phones-client.ts';
import { until } from '../../local/client/until.ts';
import type { MessageView } from '../../shared/contracts/api/messages.ts';
import type { CampaignView, RecipientView } from '../../shared/contracts/api/campaigns.ts';
import { SimulatedService } from '../support/simulated-service.ts';
import { createCampaign } from '../e2e/campaign-story.ts';
import { Stack } from '../e2e/stack.ts';
import { BareNumber, bareRate } from './bare-clients.ts';
import type { BenchOptions, Measurement, Row } from './measurement.ts';
import { median, round } from './statistics.ts';

const MESSAGES = 2_000;
const CAMPAIGN_TIMEOUT_MS = 300_000;

/** The latest `sentAt` among a campaign's messages, in ms. Asked of the last recipients to be claimed only. */
async function lastSentAt(stack: Stack, campaignId: string): Promise<number> {
  const recipients = await stack.blazz.all<RecipientView>(`/v1/campaigns/${campaignId}/recipients`);
  let last = 0;
  for (const { messageId } of recipients) {
    const { sentAt } = await stack.blazz.get<MessageView>(`/v1/messages/${messageId}`);
    last = Math.max(last, Date.parse(sentAt ?? ''));
  }
  return last;
}

/** From the start call to the last message WhatsApp took, in messages a second. */
async function campaignRate(stack: Stack, sessionIds: readonly string[], recipients: readonly string[]): Promise<number> {
  const id = await createCampaign(stack, sessionIds, recipients);
  const startedAt = Date.now();
  await stack.blazz.post(`/v1/campaigns/${id}/start`);
  await until(
    async () => {
      const { status, stats } = await stack.blazz.get<CampaignView>(`/v1/campaigns/${id}`);
      if (stats.failed > 0) throw new Error(`${stats.failed} messages failed`);
      return status === 'completed';
    },
    { what: 'the campaign to complete', timeoutMs: CAMPAIGN_TIMEOUT_MS },
  );
  return (recipients.length * 1_000) / ((await lastSentAt(stack, id)) - startedAt);
}

interface Sides {
  readonly service: SimulatedService;
  readonly phones: PhonesClient;
  readonly stack: Stack;
}

async function measureBare({ service, phones }: Sides, count: number, messages: number, round: string): Promise<number> {
  const numbers = await Promise.all(
    Array.from({ length: count }, (_, n) => BareNumber.link(service, phones, `+4915210${round}${n}`)),
  );
  const recipients = await phones.registerMany(`+49155${round}`, messages);
  const rate = await bareRate(numbers, recipients);
  await Promise.all(numbers.map((number) => number.close()));
  return rate;
}

async function measureSessions(sides: Sides, count: number, options: BenchOptions): Promise<Row> {
  const { stack, phones } = sides;
  const messages = Math.round(MESSAGES * options.scale);
  const sessions = await Promise.all(
    Array.from({ length: count }, (_, n) =>
      linkSession(stack.blazz, phones, `+49152200${count}${n}`, { pacing: { profile: 'unlimited' } }),
    ),
  );
  const ids = sessions.map((session) => session.id);
  const bare: number[] = [];
  const blazz: number[] = [];
  for (let n = 0; n < options.repeat; n++) {
    options.progress(`${count} session(s), round ${n + 1} of ${options.repeat}`);
    bare.push(await measureBare(sides, count, messages, `${count}${n}`));
    blazz.push(await campaignRate(stack, ids, await phones.registerMany(`+49156${count}${n}`, messages)));
  }
  for (const id of ids) await stack.blazz.post(`/v1/sessions/${id}/stop`);
  return {
    what: `${count} session${count === 1 ? '' : 's'}, ${messages} messages, median of ${options.repeat}`,
    figures: {
      'bare loop, messages/s': round(median(bare), 0),
      'Blazz, messages/s': round(median(blazz), 0),
      ratio: round(median(blazz) / median(bare), 2),
    },
  };
}

async function measure(options: BenchOptions): Promise<readonly Row[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'blazz-bench-'));
  const service = await SimulatedService.start(dataDir);
  const { page, spki, control } = service.address;
  const stack = await Stack.start({ args: ['--whatsapp-address', page, '--whatsapp-spki', spki] });
  try {
    const sides = { service, stack, phones: new PhonesClient(control) };
    return [await measureSessions(sides, 1, options), await measureSessions(sides, 4, options)];
  } finally {
    await stack.close();
    await service.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

export const campaignRates: Measurement = { name: 'rate', title: 'Messages a second, pacing off', run: measure };
