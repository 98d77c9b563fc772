import type { Construct } from 'constructs';
import * as env from '../../shared/config/control-plane-env.ts';
import { JobClass } from '../../shared/contracts/jobs.ts';
import { CONSUMER_TIMEOUT } from '../stages.ts';
import type { FunctionSetting } from './function-setting.ts';
import { grantPublishing } from './grant-publishing.ts';
import { NodeFunction } from './node-function.ts';

const entryOf = (name: string): string => `lambdas/queues/${name}/${name}.handler.ts`;

/** The consumers of the queues, each fed by its own. */
export function makeQueueFunctions(scope: Construct, setting: FunctionSetting): void {
  makeSessionEvents(scope, setting);
  for (const jobClass of JobClass.options) makeJobs(scope, setting, jobClass);
  makeContactImports(scope, setting);
  makeWebhookDeliveries(scope, setting);
  makeCampaignStats(scope, setting);
  makeMetaSends(scope, setting);
}

function makeSessionEvents(scope: Construct, { data, environment, logs }: FunctionSetting): void {
  const consumer = new NodeFunction(scope, 'SessionEvents', {
    entry: entryOf('session-events'),
    description: 'Writes down what sessions report, and makes webhook deliveries of it',
    env: env.SessionEventsEnv,
    environment,
    logs,
    timeout: CONSUMER_TIMEOUT.sessionEvents,
    memoryMiB: 1024,
  });
  data.core.grantBulkWrite(consumer);
  data.messages.grantBulkWrite(consumer);
  data.media.grantLinks(consumer);
  grantPublishing(data, consumer);
  data.campaignStats.grantSend(consumer);
  data.metaSends.grantSend(consumer);
  data.sessionEvents.feed(consumer, { batchSize: 10 });
}

/** How many batches of a class are under way at once, so that a flood of one leaves the tables and Lambda's own limit to others. */
export const JOBS_AT_ONCE: Readonly<Record<JobClass, number>> = { critical: 10, high: 10, default: 10, low: 2 };
export const JOBS_A_BATCH = 2;

function makeJobs(scope: Construct, { data, environment, logs, network }: FunctionSetting, jobClass: JobClass): void {
  const queue = data.jobs[jobClass];
  const consumer = new NodeFunction(scope, queue.node.id, {
    entry: entryOf('jobs'),
    description: `Jobs of class ${jobClass}, such as a share of a campaign`,
    env: env.JobsEnv,
    environment: { ...environment, OWN_QUEUE_NAME: queue.name, OWN_QUEUE_URL: queue.queueUrl },
    logs,
    network,
    timeout: CONSUMER_TIMEOUT.jobs,
    memoryMiB: 1024,
  });
  data.core.grantBulkWrite(consumer);
  data.messages.grantBulkWrite(consumer);
  data.registry.grantRead(consumer);
  data.grantNudging(consumer);
  grantPublishing(data, consumer);
  data.metaSends.grantSend(consumer);
  data.campaignStats.grantSend(consumer);
  queue.feed(consumer, { batchSize: JOBS_A_BATCH, maxConcurrency: JOBS_AT_ONCE[jobClass] });
}

function makeContactImports(scope: Construct, { data, environment, logs }: FunctionSetting): void {
  const consumer = new NodeFunction(scope, 'ContactImports', {
    entry: entryOf('contact-imports'),
    description: 'Takes a share of an imported file into the contacts',
    env: env.ContactImportsEnv,
    environment,
    logs,
    timeout: CONSUMER_TIMEOUT.contactImports,
    memoryMiB: 1024,
  });
  data.core.grantBulkWrite(consumer); // deliveries are written in bulk
  data.messages.grantWrite(consumer); // who is opted out gets no more of a campaign
  grantPublishing(data, consumer);
  // A workspace's contacts share a partition: more at once would only wait for each other.
  data.contactImports.feed(consumer, { batchSize: 1, maxConcurrency: 4 });
}

function makeWebhookDeliveries(scope: Construct, { data, environment, logs }: FunctionSetting): void {
  const consumer = new NodeFunction(scope, 'WebhookDeliveries', {
    entry: entryOf('webhook-deliveries'),
    description: 'Sends webhook deliveries; outside our network, so that none can reach into it',
    env: env.WebhookDeliveriesEnv,
    environment,
    logs,
    timeout: CONSUMER_TIMEOUT.webhookDeliveries,
  });
  data.core.grantBulkWrite(consumer); // tells a workspace's other webhooks when it disables one
  grantPublishing(data, consumer); // one that is disabled is told of to others
  data.webhookDeliveries.feed(consumer, { batchSize: 10, maxConcurrency: 50 });
}

function makeCampaignStats(scope: Construct, { data, environment, logs }: FunctionSetting): void {
  const consumer = new NodeFunction(scope, 'CampaignStats', {
    entry: entryOf('campaign-stats'),
    description: 'Tells how far campaigns are',
    env: env.CampaignStatsEnv,
    environment,
    logs,
    timeout: CONSUMER_TIMEOUT.campaignStats,
  });
  data.core.grantBulkWrite(consumer);
  grantPublishing(data, consumer);
  data.campaignStats.feed(consumer, { batchSize: 10 });
}

function makeMetaSends(scope: Construct, { data, environment, logs }: FunctionSetting): void {
  const consumer = new NodeFunction(scope, 'MetaSends', {
    entry: entryOf('meta-sends'),
    description: 'Sends for numbers at Meta',
    env: env.MetaSendsEnv,
    environment,
    logs,
    timeout: CONSUMER_TIMEOUT.metaSends,
  });
  data.core.grantWrite(consumer);
  data.messages.grantBulkWrite(consumer); // makes what must wait due later, many at a time
  data.sessionEvents.grantSend(consumer);
  data.metaSends.grantSend(consumer);
  data.media.grantTransfer(consumer);
  data.meta.grantOpening(consumer);
  // A number each; jobs of one number that meet find the second one nothing to do.
  data.metaSends.feed(consumer, { batchSize: 1, maxConcurrency: 100 });
}
