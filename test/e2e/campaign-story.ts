import pLimit from 'p-limit';
import type { CampaignStats, CampaignView } from '../../shared/contracts/api/campaigns.ts';
import { until } from '../../local/client/until.ts';
import type { Stack } from './stack.ts';

const LOOKUPS_AT_ONCE = 8;

/** Creates a campaign with any number of recipients: the first thousand at once, the rest in pages of a thousand. */
export async function createCampaign(
  stack: Stack,
  sessionIds: readonly string[],
  recipients: readonly string[],
  text = 'Hello from Blazz',
): Promise<string> {
  const rows = recipients.map((to) => ({ to }));
  const { id } = await stack.blazz.post<CampaignView>('/v1/campaigns', {
    name: 'A campaign',
    sessionIds,
    message: { type: 'text', text },
    recipients: rows.slice(0, 1_000),
  });
  for (let from = 1_000; from < rows.length; from += 1_000)
    await stack.blazz.post(`/v1/campaigns/${id}/recipients`, { recipients: rows.slice(from, from + 1_000) });
  return id;
}

export const sumOf = ({ total: _total, ...parts }: CampaignStats): number =>
  Object.values(parts).reduce((sum, part) => sum + part, 0);

/** Recipients whose message WhatsApp has taken. */
export const takenOf = ({ sent, delivered, read }: CampaignStats): number => sent + delivered + read;

export const whenTaken = (stack: Stack, campaignId: string, atLeast: number): Promise<CampaignView> =>
  until(
    async () => {
      const campaign = await stack.blazz.campaign(campaignId);
      return takenOf(campaign.stats) >= atLeast && campaign;
    },
    { what: `${atLeast} messages to be taken`, timeoutMs: 60_000, everyMs: 25 },
  );

/** Waits until the campaign is completed and its receipts have come in as `isAtRest` wants them. */
export const whenAtRest = (
  stack: Stack,
  campaignId: string,
  isAtRest: (stats: CampaignStats) => boolean,
  timeoutMs = 120_000,
): Promise<CampaignView> => {
  let last: CampaignView | undefined;
  return until(
    async () => {
      last = await stack.blazz.campaign(campaignId);
      return last.status === 'completed' && isAtRest(last.stats) && last;
    },
    { what: 'the campaign to be at rest', timeoutMs, everyMs: 200 },
  ).catch((error: unknown) => {
    throw new Error(`Campaign ${campaignId} is not at rest: ${JSON.stringify(last)}`, { cause: error });
  });
};

/** How many copies each phone holds, all wire ids together. */
export async function copiesByPhone(stack: Stack, numbers: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const limit = pLimit(LOOKUPS_AT_ONCE);
  const { phones } = stack;
  const counted = await Promise.all(
    numbers.map((number) =>
      limit(async () => {
        const received = await phones.received(number);
        return [number, received.reduce((sum, { copies }) => sum + copies, 0)] as const;
      }),
    ),
  );
  return new Map(counted);
}

/** The phones that do not hold exactly one copy: empty is what invariants I1 and I2 promise. */
export async function phonesWithoutOneCopy(stack: Stack, numbers: readonly string[]): Promise<readonly (readonly [string, number])[]> {
  return [...(await copiesByPhone(stack, numbers))].filter(([, copies]) => copies !== 1);
}
