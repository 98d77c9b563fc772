import type { Campaigns } from '../../../shared/domain/campaigns/campaigns.ts';
import type { ApiResponse } from '../../http/api-request.ts';
import { viewOf } from './campaign-view.ts';
import type { ControlStep } from './control-campaign.ts';

interface StepRequest {
  readonly workspaceId: string;
  readonly params: { readonly id: string };
}

/** All steps are called alike: 202 with the campaign as it is after the step. */
export const campaignStep =
  (campaigns: Pick<Campaigns, 'counts'>, take: ControlStep) =>
  async ({ workspaceId, params }: StepRequest): Promise<ApiResponse> => ({
    status: 202,
    body: await viewOf(campaigns, await take(workspaceId, params.id)),
  });
