import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SQSRecord } from 'aws-lambda';
import { dynamoCampaigns } from '../../../shared/adapters/dynamodb/dynamo-campaigns.ts';
import { dynamoDeliveries } from '../../../shared/adapters/dynamodb/dynamo-deliveries.ts';
import { dynamoSessions } from '../../../shared/adapters/dynamodb/dynamo-sessions.ts';
import { dynamoWebhooks } from '../../../shared/adapters/dynamodb/dynamo-webhooks.ts';
import type { QueueHandler } from '../../../lambdas/queue/queue-handler.ts';
import { lambdaContext } from '../../support/api-event.ts';
import { aCampaign, recipients } from '../../support/builders/campaign.ts';
import { WORKSPACE } from '../../support/builders/outbound-message.ts';
import { aSession } from '../../support/builders/session.ts';
import { aDelivery, aWebhook } from '../../support/builders/webhook.ts';
import { awsEnvironment, startDynamo, type TestDynamo } from '../../support/dynamodb.ts';
import { allJobsTo, startQueues, type TestQueues } from '../../support/sqs.ts';

/* The entries as they are deployed, on the tables and a queue. */
describe('requeue-work and jobs', () => {
  let dynamo: TestDynamo;
  let queues: TestQueues;
  let jobsUrl: string;
  let deliveriesUrl: string;
  let runSchedule: (event: unknown, context: unknown) => Promise<unknown>;
  let runJobs: QueueHandler;

  beforeAll(async () => {
    dynamo = await startDynamo();
    queues = await startQueues();
    [jobsUrl, deliveriesUrl] = [await queues.create('jobs'), await queues.create('deliveries')];
    Object.assign(process.env, awsEnvironment(dynamo.endpoint), {
      AWS_ENDPOINT_URL_SQS: queues.endpoint,
      CORE_TABLE: dynamo.tables.core,
      MESSAGES_TABLE: dynamo.tables.messages,
      REGISTRY_TABLE: dynamo.tables.registry,
      ...allJobsTo(jobsUrl),
      OWN_QUEUE_URL: jobsUrl,
      OWN_QUEUE_NAME: 'jobs',
      META_SENDS_QUEUE_URL: jobsUrl, // nothing here sends through Meta
      CONTACT_IMPORTS_QUEUE_URL: jobsUrl, // nor imports contacts
      WEBHOOK_DELIVERIES_QUEUE_URL: deliveriesUrl,
      WEBSOCKET_PUSHES_QUEUE_URL: `${deliveriesUrl}-pushes`,
      CAMPAIGN_STATS_QUEUE_URL: await queues.create('stats'),
      NUDGE_SECRET_ARN: 'arn:nudge',
    });
    ({ handler: runSchedule } = (await import('../../../lambdas/schedules/requeue-work/requeue-work.handler.ts')) as never);
    ({ handler: runJobs } = await import('../../../lambdas/queues/jobs/jobs.handler.ts'));
  });
  afterAll(async () => {
    await queues.stop();
    await dynamo.stop();
  });

  const recordOf = (body: string): SQSRecord => ({ messageId: 'record', body, attributes: { ApproximateReceiveCount: '1' } }) as unknown as SQSRecord;

  it('start a scheduled campaign and queue its messages', async () => {
    const campaigns = dynamoCampaigns(dynamo.doc, dynamo.tables.core);
    await dynamoSessions(dynamo.doc, dynamo.tables.core).insert(aSession({ workspaceId: WORKSPACE, status: 'connected', phoneNumber: '+491' }));
    const campaign = aCampaign({ startAt: 1 });
    await campaigns.insert(campaign);
    await campaigns.addRecipients(campaign, recipients(20));
    await campaigns.transition(WORKSPACE, campaign.id, ['draft'], 'scheduled');

    await runSchedule({}, lambdaContext());
    const jobs = await queues.drain(jobsUrl);
    expect(jobs).toHaveLength(1);
    expect(await runJobs({ Records: jobs.map(recordOf) }, lambdaContext())).toEqual({ batchItemFailures: [] });
    expect(await campaigns.get(WORKSPACE, campaign.id)).toMatchObject({ status: 'running', total: 20 });
    expect((await dynamo.scan('messages')).filter(({ status }) => status === 'queued')).toHaveLength(20);
    expect(await campaigns.pendingJobs(campaign.id)).toEqual([]);
  });

  it('hand an unreadable job to the dead-letter queue and drop one of a campaign that is gone', async () => {
    const gone = { v: 1, kind: 'fan-out', workspaceId: WORKSPACE, campaignId: 'cmp_gone', fromHash: '0000', toHash: '10000' };
    expect(await runJobs({ Records: [recordOf('{}')] }, lambdaContext())).toEqual({ batchItemFailures: [{ itemIdentifier: 'record' }] });
    expect(await runJobs({ Records: [recordOf(JSON.stringify(gone))] }, lambdaContext())).toEqual({ batchItemFailures: [] });
  });

  it('put deliveries back that nobody made', async () => {
    const webhook = aWebhook();
    const delivery = aDelivery(webhook, { nextAttemptAt: 1 });
    await dynamoWebhooks(dynamo.doc, dynamo.tables.core).insert(webhook);
    await dynamoDeliveries(dynamo.doc, dynamo.tables.core).insertMany([delivery]);
    await runSchedule({}, lambdaContext());
    expect((await queues.drain(deliveriesUrl)).map((body) => JSON.parse(body) as unknown)).toContainEqual({
      v: 1, workspaceId: WORKSPACE, webhookId: webhook.id, deliveryIds: [], dueBefore: expect.any(Number),
    });
  });
});
