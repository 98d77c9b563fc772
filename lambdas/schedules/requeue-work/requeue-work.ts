import pLimit from 'p-limit';
import type { Campaign } from '../../../shared/domain/campaigns/campaign.ts';
import type { Campaigns } from '../../../shared/domain/campaigns/campaigns.ts';
import { requeueDeliveries, type RequeueDeliveriesDeps } from './requeue-deliveries.ts';
import { requeueImports, type RequeueImportsDeps } from './requeue-imports.ts';

export interface RequeueWorkDeps extends RequeueDeliveriesDeps, RequeueImportsDeps {
  readonly campaigns: Pick<Campaigns, 'listActive'>;
  readonly followUpCampaign: (campaign: Campaign) => Promise<void>;
  readonly requeueMetaSends: () => Promise<void>;
  readonly failOver: () => Promise<unknown>;
}

const CAMPAIGNS_AT_ONCE = 8;

/**
 * Tables hold the work, queues only point to it: puts back what a queue lost or never got. One campaign in trouble does
 * not keep the others waiting; their errors are thrown together at the end.
 */
export const makeRequeueWork = (deps: RequeueWorkDeps) =>
  async (): Promise<void> => {
    const results = await Promise.allSettled([...(await campaignSteps(deps)), requeueDeliveries(deps), requeueImports(deps), deps.requeueMetaSends(), deps.failOver()]);
    const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    if (errors.length > 0) throw new AggregateError(errors, `${errors.length} of ${results.length} steps failed`);
  };

async function campaignSteps({ campaigns, followUpCampaign }: RequeueWorkDeps): Promise<readonly Promise<void>[]> {
  const limit = pLimit(CAMPAIGNS_AT_ONCE);
  return (await campaigns.listActive()).map((campaign) => limit(() => followUpCampaign(campaign)));
}
