import type { CampaignJob } from '../../contracts/jobs.ts';
import type { Campaign } from './campaign.ts';

const HASHES = 0x1_0000; // 4 hex digits
const RECIPIENTS_A_JOB = 250;
const MAX_JOBS = 256;

const hashAt = (slice: number, slices: number): string =>
  Math.floor((slice * HASHES) / slices)
    .toString(16)
    .padStart(4, '0');

/** Cuts the recipients of a campaign, by hash, into jobs of about 250, at most 256 of them. */
export function jobsOf(
  { id, workspaceId }: Pick<Campaign, 'id' | 'workspaceId'>,
  kind: CampaignJob['kind'],
  total: number,
): CampaignJob[] {
  const slices = Math.min(MAX_JOBS, Math.max(1, Math.ceil(total / RECIPIENTS_A_JOB)));
  return Array.from({ length: slices }, (_, i) => ({
    v: 1,
    kind,
    workspaceId,
    campaignId: id,
    fromHash: hashAt(i, slices),
    toHash: hashAt(i + 1, slices),
  }));
}
