import type { CampaignStatus } from '../../contracts/api/campaigns.ts';
import type { CampaignJob } from '../../contracts/jobs.ts';
import type { Page, PageRequest } from '../page.ts';
import type { Campaign, CampaignCounts, Recipient } from './campaign.ts';
import type { CountShare } from './count-share.ts';

export type CampaignFields = Partial<Pick<Campaign, 'startedAt' | 'completedAt' | 'sessionIds' | 'failureReason' | 'total'>>;

export interface Campaigns {
  /** Does nothing if the id is there: it is derived from the request, so what is there is an earlier try's. */
  insert(campaign: Campaign): Promise<void>;
  /** Throws `campaign_not_found`, for another workspace's campaign too. */
  get(workspaceId: string, campaignId: string): Promise<Campaign>;
  /** Newest first. */
  list(workspaceId: string, page: PageRequest, status?: CampaignStatus): Promise<Page<Campaign>>;
  /**
   * Moves the status and sets `statusAt` and fields with it, which also puts the campaign on the active list. `undefined`: the
   * campaign was in none of `from`, or it was to run while recipients were being added.
   */
  transition(
    workspaceId: string,
    campaignId: string,
    from: readonly CampaignStatus[],
    to: CampaignStatus,
    fields?: CampaignFields,
  ): Promise<Campaign | undefined>;
  /**
   * Adds recipients not there yet and counts them into `total`. Returns the numbers that were there already.
   * Throws `invalid_campaign_state` unless the campaign is a draft or scheduled; it cannot start meanwhile.
   */
  addRecipients(campaign: Campaign, recipients: readonly Recipient[]): Promise<readonly string[]>;
  /** Recipients really there. `total` can be behind it when an import died half-way, so a start counts again. */
  countRecipients(campaignId: string): Promise<number>;
  /** By hash of the number, which is also the order of `listRecipients`; `toHash` is exclusive, `'10000'` the end. */
  recipientsIn(campaignId: string, fromHash: string, toHash: string, page: PageRequest): Promise<Page<Recipient>>;
  listRecipients(campaignId: string, page: PageRequest): Promise<Page<Recipient>>;
  /**
   * Gives recipients whose message of `sessionId` failed their next attempt, and takes them out of that session's
   * `failed` count with the same write. Returns them as they are now; left out are those that had it already.
   */
  retryRecipients(campaignId: string, sessionId: string, failed: readonly Recipient[]): Promise<readonly Recipient[]>;
  counts(campaignId: string): Promise<CampaignCounts>;
  /**
   * Adds to the counts of one session's share. With a `sequence`, once only: a batch delivered again changes
   * nothing (`SessionEventBatch.sequence` grows). Neither does one that comes after a newer one or after a correction
   * that spoke for it, but it leaves the share doubtful: something it moved may be in no count.
   */
  addCounts(campaignId: string, sessionId: string, deltas: Partial<CampaignCounts>, sequence?: string): Promise<void>;
  /** The counts by session, as they are at this moment. */
  countShares(campaignId: string): Promise<readonly CountShare[]>;
  /**
   * Sets the counts of a share to what its messages say, those moved by batches up to `upToSequence` included: none of
   * these batches is counted after that. `false`: the share has changed since it was read, and stays as it is.
   */
  correctCounts(campaignId: string, share: CountShare, counts: CampaignCounts, upToSequence: string | null): Promise<boolean>;
  /** Jobs are kept until done, so that a lost queue can be filled again. One that is there already stays as it is. */
  recordJobs(jobs: readonly CampaignJob[]): Promise<void>;
  /** `false` once it is finished: what its queue still brings is a repetition. */
  isPending(job: CampaignJob): Promise<boolean>;
  finishJob(job: CampaignJob): Promise<void>;
  /** With `recordedBeforeMs` (Unix ms), only those that have been waiting since then. */
  pendingJobs(campaignId: string, recordedBeforeMs?: number): Promise<readonly CampaignJob[]>;
  /** What a scheduler has to look after, of all workspaces: everything that left `draft`, until it is retired. */
  listActive(): Promise<readonly Campaign[]>;
  /** Takes a campaign off the active list if it is still in that status: it has ended and left nothing to do. */
  retire(campaign: Campaign): Promise<void>;
}
