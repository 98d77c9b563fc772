import pLimit from 'p-limit';
import type { ContactImportJob, WebhookDeliveryJob } from '../../../shared/contracts/jobs.ts';
import type { Campaign } from '../../../shared/domain/campaigns/campaign.ts';
import type { Campaigns } from '../../../shared/domain/campaigns/campaigns.ts';
import type { Clock } from '../../../shared/domain/clock.ts';
import type { ContactImports } from '../../../shared/domain/contacts/contact-imports.ts';
import type { EnqueueJobs } from '../../../shared/domain/job-queue.ts';
import type { WebhookWork } from '../../../shared/domain/webhooks/webhook-work.ts';

export interface RequeueWorkDeps {
  readonly campaigns: Pick<Campaigns, 'listActive'>;
  readonly followUpCampaign: (campaign: Campaign) => Promise<void>;
  readonly webhookWork: Pick<WebhookWork, 'listDue'>;
  readonly enqueueDeliveries: EnqueueJobs<WebhookDeliveryJob>;
  readonly requeueMetaSends: () => Promise<void>;
  readonly failOver: () => Promise<unknown>;
  readonly imports: Pick<ContactImports, 'listRunning' | 'pendingSlices'>;
  readonly enqueueImports: EnqueueJobs<ContactImportJob>;
  readonly clock: Clock;
}

const CAMPAIGNS_AT_ONCE = 8;
const WEBHOOKS_A_RUN = 1_000;
/** Longer than one attempt takes: what became due later than this is most likely on its queue, or being sent. */
const DELIVERY_GRACE_MS = 15_000;
/** Longer than a large file takes: one that still runs has most likely lost some of its jobs. */
const IMPORT_GRACE_MS = 5 * 60_000;

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

async function requeueDeliveries({ webhookWork, enqueueDeliveries, clock }: RequeueWorkDeps): Promise<void> {
  const dueBefore = clock.now() - DELIVERY_GRACE_MS;
  const due = await webhookWork.listDue(dueBefore, WEBHOOKS_A_RUN);
  const jobs = due.map(({ workspaceId, webhookId }): WebhookDeliveryJob => ({ v: 1, workspaceId, webhookId, deliveryIds: [], dueBefore }));
  if (jobs.length > 0) await enqueueDeliveries(jobs);
}

/** A slice that is done by then is found done. */
async function requeueImports({ imports, enqueueImports, clock }: RequeueWorkDeps): Promise<void> {
  for (const { workspaceId, id } of await imports.listRunning(clock.now() - IMPORT_GRACE_MS)) {
    const slices = await imports.pendingSlices(workspaceId, id);
    // With none left it only has to be completed, which any of its jobs does.
    await enqueueImports((slices.length > 0 ? slices : [0]).map((slice) => ({ v: 1, workspaceId, importId: id, slice })));
  }
}
