import type { campaignRoutes } from '../../../shared/contracts/api/routes/campaigns.ts';
import type { Campaigns } from '../../../shared/domain/campaigns/campaigns.ts';
import type { Operation } from '../../http/api-request.ts';
import { viewOf } from './campaign-view.ts';

export interface ReadCampaignsDeps {
  readonly campaigns: Pick<Campaigns, 'get' | 'list' | 'counts'>;
}

export const makeGetCampaign = ({ campaigns }: ReadCampaignsDeps): Operation<typeof campaignRoutes.getCampaign> =>
  async ({ workspaceId, params }) => ({ status: 200, body: await viewOf(campaigns, await campaigns.get(workspaceId, params.id)) });

export const makeListCampaigns = ({ campaigns }: ReadCampaignsDeps): Operation<typeof campaignRoutes.listCampaigns> =>
  async ({ workspaceId, query: { status, ...page } }) => {
    const { items, cursor } = await campaigns.list(workspaceId, page, status);
    const data = await Promise.all(items.map((campaign) => viewOf(campaigns, campaign)));
    return { status: 200, body: { data, nextCursor: cursor ?? null } };
  };
