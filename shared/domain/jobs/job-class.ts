import type { CampaignJob, Job, JobClass } from '../../contracts/jobs.ts';

const isWhole = ({ fromHash, toHash }: CampaignJob): boolean => fromHash === '0000' && toHash === '10000';

/** Which queue each kind of job waits in. A new kind does not compile until it stands here. */
const CLASS_OF: Readonly<Record<Job['kind'], (job: Job) => JobClass>> = {
  cancel: () => 'critical', // somebody wants sending to stop
  'fan-out': (job) => (isWhole(job) ? 'high' : 'default'), // a small campaign does not wait behind the slices of large ones
  retry: () => 'low',
};

export const classOf = (job: Job): JobClass => CLASS_OF[job.kind](job);
