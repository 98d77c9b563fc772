import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Job, JobClass } from '../../contracts/jobs.ts';
import type { EnqueueJobs } from '../../domain/job-queue.ts';
import { classOf } from '../../domain/jobs/job-class.ts';
import { sqsJobs } from './sqs-jobs.ts';

/** As the environment of an entry names them. */
export interface JobQueueUrls {
  readonly JOBS_CRITICAL_QUEUE_URL: string;
  readonly JOBS_HIGH_QUEUE_URL: string;
  readonly JOBS_DEFAULT_QUEUE_URL: string;
  readonly JOBS_LOW_QUEUE_URL: string;
}

/** The job queues: each job goes to the one of its class. */
export function sqsJobClasses(sqs: SQSClient, urls: JobQueueUrls): EnqueueJobs<Job> {
  const queues: Readonly<Record<JobClass, EnqueueJobs<Job>>> = {
    critical: sqsJobs(sqs, urls.JOBS_CRITICAL_QUEUE_URL),
    high: sqsJobs(sqs, urls.JOBS_HIGH_QUEUE_URL),
    default: sqsJobs(sqs, urls.JOBS_DEFAULT_QUEUE_URL),
    low: sqsJobs(sqs, urls.JOBS_LOW_QUEUE_URL),
  };
  return async (jobs, options) => {
    const byClass = Map.groupBy(jobs, classOf);
    await Promise.all([...byClass].map(([jobClass, some]) => queues[jobClass](some, options)));
  };
}
