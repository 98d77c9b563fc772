import pLimit from 'p-limit';
import type { CampaignView } from '../../shared/contracts/api/campaigns.ts';
import type { SessionView } from '../../shared/contracts/api/sessions.ts';
import { BlazzClient } from '../client/blazz-client.ts';
import type { LocalJson } from '../client/host-process.ts';
import { linkSession } from '../client/link-session.ts';
import { PhonesClient } from '../client/phones-client.ts';
import { until } from '../client/until.ts';
import { campaignBar, table } from './terminal.ts';

const NUMBERS = ['+4915200000001', '+4915200000002'] as const;
const RECIPIENTS = 200;
const CAMPAIGN_TIMEOUT_MS = 180_000;
const LOOKUPS_AT_ONCE = 8;

const NAMES = ['Ada', 'Bela', 'Chidi', 'Dana', 'Emre'] as const;
const nameOf = (row: number): { readonly name?: string } => {
  const name = NAMES[row % (NAMES.length + 1)];
  return name === undefined ? {} : { name }; // every sixth has none, and gets the fallback
};

async function prepareCampaign(blazz: BlazzClient, sessions: readonly SessionView[], phones: readonly string[]): Promise<string> {
  const { id } = await blazz.post<CampaignView>('/v1/campaigns', {
    name: 'First light',
    sessionIds: sessions.map((session) => session.id),
    message: { type: 'text', text: 'Hello {{name|friend}}, this is Blazz.' },
    recipients: phones.map((to, row) => ({ to, variables: nameOf(row) })),
  });
  return id;
}

/** Starts the campaign and draws its progress until every message is read. Returns how long that took, in ms. */
async function sendCampaign(blazz: BlazzClient, id: string): Promise<{ campaign: CampaignView; sentMs: number }> {
  const bar = campaignBar(RECIPIENTS);
  const startedAt = performance.now();
  let sentMs = 0;
  await blazz.post(`/v1/campaigns/${id}/start`);
  const campaign = await until(
    async () => {
      const now = await blazz.campaign(id);
      const { sent, delivered, read, failed } = now.stats;
      const gone = sent + delivered + read;
      if (sentMs === 0 && now.status === 'completed') sentMs = performance.now() - startedAt;
      bar.show(gone, read, failed > 0 ? `failed ${failed}` : now.status);
      return now.status === 'completed' && read + failed === now.stats.total && now;
    },
    { what: 'the campaign to be read by everyone', timeoutMs: CAMPAIGN_TIMEOUT_MS },
  ).finally(() => bar.stop());
  return { campaign, sentMs };
}

/** How many copies each phone holds: `copies[n]` phones hold n. */
async function countCopies(phones: PhonesClient, numbers: readonly string[]): Promise<ReadonlyMap<number, number>> {
  const limit = pLimit(LOOKUPS_AT_ONCE);
  const copies = await Promise.all(
    numbers.map((number) =>
      limit(async () => (await phones.received(number)).reduce((sum, message) => sum + message.copies, 0)),
    ),
  );
  return copies.reduce((found, count) => found.set(count, (found.get(count) ?? 0) + 1), new Map<number, number>());
}

async function sessionRows(blazz: BlazzClient, phones: PhonesClient, sessions: readonly SessionView[]): Promise<string[][]> {
  return Promise.all(
    sessions.map(async ({ id }) => {
      const { phoneNumber, instance, status } = await blazz.session(id);
      const accepted = await phones.ledger(phoneNumber ?? '');
      return [phoneNumber ?? '?', instance?.id ?? '–', status, String(accepted.length)];
    }),
  );
}

const perMinute = (messages: number, ms: number): string => Math.round((messages * 60_000) / ms).toLocaleString('en');

/** The whole story through HTTP alone. `true`: every phone got exactly one copy. */
export async function runDemo(local: LocalJson): Promise<boolean> {
  if (local.whatsapp === null) throw new Error('The demo needs the simulated WhatsApp service');
  const blazz = new BlazzClient(local.api, local.apiKey);
  const phones = new PhonesClient(local.whatsapp);

  console.log(`Ready at ${local.api} with ${local.instances.length} instances. Linking two numbers by QR …`);
  const sessions = await Promise.all(
    NUMBERS.map((number) => linkSession(blazz, phones, number, { pacing: { profile: 'unlimited' } })),
  );
  const numbers = await phones.registerMany('+491529', RECIPIENTS);
  console.log(`Linked. Sending to ${numbers.length} phones …`);
  const id = await prepareCampaign(blazz, sessions, numbers);
  const { campaign, sentMs } = await sendCampaign(blazz, id);
  const copies = await countCopies(phones, numbers);

  console.log(table(['Number', 'Instance', 'Status', 'Accepted by WhatsApp'], await sessionRows(blazz, phones, sessions)));
  const { stats } = campaign;
  console.log(
    table(
      ['Recipients', 'Sent', 'Delivered', 'Read', 'Failed', 'Messages/min'],
      [[stats.total, stats.sent + stats.delivered + stats.read, stats.delivered + stats.read, stats.read, stats.failed, perMinute(stats.total, sentMs)]],
    ),
  );
  const once = copies.get(1) ?? 0;
  const isRight = once === RECIPIENTS && stats.failed === 0;
  console.log(
    isRight
      ? `Every one of ${RECIPIENTS} phones got exactly one copy.`
      : `Wrong: copies per phone ${JSON.stringify(Object.fromEntries(copies))}, failed ${stats.failed}.`,
  );
  return isRight;
}
