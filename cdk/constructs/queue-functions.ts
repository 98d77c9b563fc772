import type { Construct } from 'constructs';
import * as env from '../../shared/config/control-plane-env.ts';
import { CONSUMER_TIMEOUT } from '../stages.ts';
import type { FunctionSetting } from './function-setting.ts';
import { NodeFunction } from './node-function.ts';

const entryOf = (name: string): string => `lambdas/queues/${name}/${name}.handler.ts`;

/** The consumers of the queues, each fed by its own. */
export function makeQueueFunctions(scope: Construct, setting: FunctionSetting): void {
  makeSessionEvents(scope, setting);
  makeCampaignJobs(scope, setting);
  makeContactImports(scope, setting);
  makeWebhookDeliveries(scope, setting);
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
  data.webhookDeliveries.grantSend(consumer);
  data.sessionEvents.feed(consumer, { batchSize: 10 });
}

function makeCampaignJobs(scope: Construct, { data, environment, logs, network }: FunctionSetting): void {
  const consumer = new NodeFunction(scope, 'CampaignJobs', {
    entry: entryOf('campaign-jobs'),
    description: 'Turns a share of a campaign into messages',
    env: env.CampaignJobsEnv,
    environment,
    logs,
    network,
    timeout: CONSUMER_TIMEOUT.campaignJobs,
    memoryMiB: 1024,
  });
  data.core.grantBulkWrite(consumer);
  data.messages.grantBulkWrite(consumer);
  data.registry.grantRead(consumer);
  data.grantNudging(consumer);
  data.campaignJobs.grantSend(consumer);
  data.metaSends.grantSend(consumer);
  data.webhookDeliveries.grantSend(consumer);
  // A cap, so that one large campaign leaves the tables and Lambda's own limit to others.
  data.campaignJobs.feed(consumer, { batchSize: 2, maxConcurrency: 10 });
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
  data.webhookDeliveries.grantSend(consumer);
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
  data.core.grantWrite(consumer);
  data.webhookDeliveries.grantSend(consumer);
  data.webhookDeliveries.feed(consumer, { batchSize: 10, maxConcurrency: 50 });
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
  data.meta.grantOpening(consumer);
  // A number each; jobs of one number that meet find the second one nothing to do.
  data.metaSends.feed(consumer, { batchSize: 1, maxConcurrency: 100 });
}
