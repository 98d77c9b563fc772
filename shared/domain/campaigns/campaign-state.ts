import type { CampaignStatus } from '../../contracts/api/campaigns.ts';
import { DomainError } from '../errors.ts';
import type { Campaign } from './campaign.ts';
import type { CampaignFields, Campaigns } from './campaigns.ts';

interface Step {
  readonly from: readonly CampaignStatus[];
  readonly to: CampaignStatus;
}

/** Every way a campaign's status can change: draft → scheduled → running ⇄ paused → completed, cancelled or failed. */
export const CAMPAIGN_STEPS = {
  schedule: { from: ['draft'], to: 'scheduled' },
  start: { from: ['draft', 'scheduled'], to: 'running' },
  pause: { from: ['running'], to: 'paused' },
  resume: { from: ['paused'], to: 'running' },
  complete: { from: ['running'], to: 'completed' },
  /** Failed recipients of a completed campaign are tried again. */
  reopen: { from: ['completed'], to: 'running' },
  cancel: { from: ['draft', 'scheduled', 'running', 'paused'], to: 'cancelled' },
  /** It could not start when its time came. */
  fail: { from: ['scheduled'], to: 'failed' },
} as const satisfies Record<string, Step>;
export type CampaignStep = keyof typeof CAMPAIGN_STEPS;

export const canTake = (step: CampaignStep, { status }: Campaign): boolean => (CAMPAIGN_STEPS[step] as Step).from.includes(status);

/** `undefined`: the campaign was in no state for it, or it was to run while recipients were being added. */
export const takeStep = (
  campaigns: Pick<Campaigns, 'transition'>,
  step: CampaignStep,
  { workspaceId, id }: Pick<Campaign, 'workspaceId' | 'id'>,
  fields?: CampaignFields,
): Promise<Campaign | undefined> => campaigns.transition(workspaceId, id, CAMPAIGN_STEPS[step].from, CAMPAIGN_STEPS[step].to, fields);

/** The refusal of a step that does not fit the campaign's state. */
export const cannot = (step: string, { status }: Campaign): DomainError =>
  new DomainError('conflict', 'invalid_campaign_state', `The campaign is ${status}: it cannot ${step}.`);
