import type { CampaignStatus } from '../../contracts/api/campaigns.ts';
import type { CampaignJob } from '../../contracts/jobs.ts';
import type { Page, PageRequest } from '../page.ts';
import type { Campaign, CampaignCounts, Recipient } from './campaign.ts';

export interface Campaigns {
  insert(campaign: Campaign): Promise<void>;
  /** Throws `campaign_not_found`, for another workspace's campaign too. */
  get(workspaceId: string, campaignId: string): Promise<Campaign>;
  list(workspaceId: string, page: PageRequest, status?: CampaignStatus): Promise<Page<Campaign>>;
  /** Moves the status and sets fields with it. `undefined`: the campaign was in none of `from`. */
  transition(
    workspaceId: string,
    campaignId: string,
    from: readonly CampaignStatus[],
    to: CampaignStatus,
    fields?: Partial<Pick<Campaign, 'startedAt' | 'completedAt' | 'sessionIds' | 'failureReason' | 'total'>>,
  ): Promise<Campaign | undefined>;
  /** Adds recipients not there yet and counts them into `total`. Returns the numbers that were there already. */
  addRecipients(campaign: Campaign, recipients: readonly Recipient[]): Promise<readonly string[]>;
  /** By hash of the number, which is also the order of `listRecipients`; `toHash` is exclusive, `'10000'` the end. */
  recipientsIn(campaignId: string, fromHash: string, toHash: string, page: PageRequest): Promise<Page<Recipient>>;
  listRecipients(campaignId: string, page: PageRequest): Promise<Page<Recipient>>;
  /** A recipient whose message failed gets another attempt. `false`: it has one already. */
  nextAttempt(campaignId: string, to: string, seenAttempt: number): Promise<boolean>;
  counts(campaignId: string): Promise<CampaignCounts>;
  /**
   * Adds to the counts of one session's share. With a `sequence`, once only: a batch delivered again changes
   * nothing (`SessionEventBatch.sequence` grows).
   */
  addCounts(campaignId: string, sessionId: string, deltas: Partial<CampaignCounts>, sequence?: string): Promise<void>;
  /** Jobs are kept until done, so that a lost queue can be filled again. */
  recordJobs(jobs: readonly CampaignJob[]): Promise<void>;
  finishJob(job: CampaignJob): Promise<void>;
  pendingJobs(campaignId: string): Promise<readonly CampaignJob[]>;
  /** Campaigns with work for a scheduler, of all workspaces: `scheduled` ones that are due, and those with jobs left. */
  listActive(): Promise<readonly Campaign[]>;
}
