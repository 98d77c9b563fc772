import type { ContactImportJob } from '../../../shared/contracts/jobs.ts';
import type { Clock } from '../../../shared/domain/clock.ts';
import type { ContactImports } from '../../../shared/domain/contacts/contact-imports.ts';
import type { EnqueueJobs } from '../../../shared/domain/job-queue.ts';

export interface RequeueImportsDeps {
  readonly imports: Pick<ContactImports, 'listRunning' | 'pendingSlices'>;
  readonly enqueueImports: EnqueueJobs<ContactImportJob>;
  readonly clock: Clock;
}

/** Longer than a large file takes: one that still runs has most likely lost some of its jobs. */
const IMPORT_GRACE_MS = 5 * 60_000;

/** Queues what is left of running imports. A slice that is done by then is found done. */
export async function requeueImports({ imports, enqueueImports, clock }: RequeueImportsDeps): Promise<void> {
  for (const { workspaceId, id } of await imports.listRunning(clock.now() - IMPORT_GRACE_MS)) {
    const slices = await imports.pendingSlices(workspaceId, id);
    // With none left it only has to be completed, which any of its jobs does.
    await enqueueImports((slices.length > 0 ? slices : [0]).map((slice) => ({ v: 1, workspaceId, importId: id, slice })));
  }
}
