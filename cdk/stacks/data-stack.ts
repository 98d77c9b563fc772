import { RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { Grant, type IGrantable, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type CfnSecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import type { JobClass } from '../../shared/contracts/jobs.ts';
import { TABLES } from '../../shared/contracts/table-schema.ts';
import { HouseKey } from '../constructs/house-key.ts';
import type { LogSettings } from '../constructs/house-log-group.ts';
import { HouseTable } from '../constructs/house-table.ts';
import { MediaBucket } from '../constructs/media-bucket.ts';
import { MetaProvider } from '../constructs/meta-provider.ts';
import { WorkQueue, type WorkQueueProps } from '../constructs/work-queue.ts';
import { CONSUMER_TIMEOUT, type StageSettings } from '../stages.ts';

export interface DataStackProps extends StackProps {
  readonly settings: StageSettings;
}

/** What outlives a deployment of anything else: tables, queues, files, keys, the secret of nudges, and who hears alarms. */
export class DataStack extends Stack {
  readonly key: HouseKey;
  /** Wraps the data keys of session snapshots; only instances may use it. */
  readonly snapshotKey: HouseKey;
  readonly core: HouseTable;
  readonly messages: HouseTable;
  readonly registry: HouseTable;
  readonly sessionEvents: WorkQueue;
  /** All of them. */
  readonly queues: WorkQueue[] = [];
  /** One a class of jobs. */
  readonly jobs: Readonly<Record<JobClass, WorkQueue>>;
  readonly contactImports: WorkQueue;
  readonly webhookDeliveries: WorkQueue;
  readonly media: MediaBucket;
  readonly websocketPushes: WorkQueue;
  readonly campaignStats: WorkQueue;
  readonly nudgeSecret: Secret;
  readonly ingestSecret: Secret;
  readonly metaSends: WorkQueue;
  readonly meta: MetaProvider;
  readonly alarms: Topic;
  readonly logs: LogSettings;
  readonly #settings: StageSettings;

  constructor(scope: Construct, id: string, { settings, ...props }: DataStackProps) {
    super(scope, id, props);
    this.#settings = settings;
    this.key = this.#makeKey('DataKey', 'data', 'Tables, queues, secrets and logs');
    this.snapshotKey = this.#makeKey('SnapshotKey', 'snapshots', 'Snapshots of linked sessions');
    this.#allowServicesToUseKey();
    this.logs = { key: this.key, retention: settings.logRetention };
    this.core = this.#makeTable('Core', TABLES.core);
    this.messages = this.#makeTable('Messages', TABLES.messages);
    this.registry = this.#makeTable('Registry', TABLES.registry);
    this.alarms = this.#makeAlarmTopic();
    this.sessionEvents = this.#makeQueue('SessionEvents', 'session-events', { consumerTimeout: CONSUMER_TIMEOUT.sessionEvents, isFifo: true, comesAgainSoon: true });
    this.jobs = {
      critical: this.#makeJobQueue('JobsCritical', 'jobs-critical'),
      high: this.#makeJobQueue('JobsHigh', 'jobs-high'),
      default: this.#makeJobQueue('JobsDefault', 'jobs-default'),
      low: this.#makeJobQueue('JobsLow', 'jobs-low'),
    };
    this.contactImports = this.#makeQueue('ContactImports', 'contact-imports', { consumerTimeout: CONSUMER_TIMEOUT.contactImports });
    this.webhookDeliveries = this.#makeQueue('WebhookDeliveries', 'webhook-deliveries', { consumerTimeout: CONSUMER_TIMEOUT.webhookDeliveries });
    this.websocketPushes = this.#makeQueue('WebsocketPushes', 'websocket-pushes', { consumerTimeout: CONSUMER_TIMEOUT.websocketPushes, isFifo: true, comesAgainSoon: true });
    this.campaignStats = this.#makeQueue('CampaignStats', 'campaign-stats', { consumerTimeout: CONSUMER_TIMEOUT.campaignStats });
    this.metaSends = this.#makeQueue('MetaSends', 'meta-sends', { consumerTimeout: CONSUMER_TIMEOUT.metaSends });
    this.media = this.#makeMediaBucket();
    this.nudgeSecret = this.#makeSecret('NudgeSecret', 'nudge-secret', 'Signs nudges and commands to instances');
    this.ingestSecret = this.#makeSecret('IngestSecret', 'ingest-secret', 'Signs what fleets outside our network report');
    this.meta = new MetaProvider(this, 'Meta', { key: this.key, named: (name) => this.#named(name), isDisposable: settings.isDisposable });
  }

  grantNudging(grantee: IGrantable): void {
    this.grantReading(this.nudgeSecret, grantee);
  }

  /** `Secret.grantRead` would name the grantee in the key's policy too, and so make this stack need the grantee's. */
  grantReading({ secretArn }: Secret, grantee: IGrantable): void {
    Grant.addToPrincipal({ grantee, actions: ['secretsmanager:GetSecretValue'], resourceArns: [secretArn] });
    this.key.grantRead(grantee);
  }

  /** Which queue a job goes to, its class says: whoever enqueues one may send to each. */
  grantEnqueue(grantee: IGrantable): void {
    for (const queue of Object.values(this.jobs)) queue.grantSend(grantee);
  }

  #named(name: string): string | undefined {
    const { physicalNamePrefix } = this.#settings;
    return physicalNamePrefix && `${physicalNamePrefix}-${name}`;
  }

  #makeKey(id: string, alias: string, description: string): HouseKey {
    const name = this.#named(alias);
    return new HouseKey(this, id, { description, alias: name, isDisposable: this.#settings.isDisposable });
  }

  #makeTable(id: string, schema: (typeof TABLES)[keyof typeof TABLES]): HouseTable {
    const { isDisposable } = this.#settings;
    return new HouseTable(this, id, { schema, key: this.key, name: this.#named(id.toLowerCase()), isDisposable });
  }

  #makeQueue(id: string, name: string, kind: Pick<WorkQueueProps, 'consumerTimeout' | 'isFifo' | 'comesAgainSoon'> & { readonly runbook?: string }): WorkQueue {
    const { key, alarms } = this;
    const queue = new WorkQueue(this, id, { runbook: `${name}-dead-letters`, ...kind, name, physicalName: this.#named(name), key, alarms });
    this.queues.push(queue);
    return queue;
  }

  #makeJobQueue(id: string, name: string): WorkQueue {
    return this.#makeQueue(id, name, { consumerTimeout: CONSUMER_TIMEOUT.jobs, comesAgainSoon: true, runbook: 'jobs-dead-letters' });
  }

  #makeMediaBucket(): MediaBucket {
    const { isDisposable, mediaRetentionDays: retentionDays } = this.#settings;
    return new MediaBucket(this, 'Media', { key: this.key, name: this.#named('media'), isDisposable, retentionDays });
  }

  #makeAlarmTopic(): Topic {
    const topic = new Topic(this, 'Alarms', { masterKey: this.key, enforceSSL: true });
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    );
    const { alarmEmail } = this.#settings;
    if (alarmEmail) topic.addSubscription(new EmailSubscription(alarmEmail));
    return topic;
  }

  #makeSecret(id: string, name: string, description: string): Secret {
    const secret = new Secret(this, id, {
      secretName: this.#named(name),
      description,
      encryptionKey: this.key,
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy: this.#settings.isDisposable ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    });
    (secret.node.defaultChild as CfnSecret).overrideLogicalId(id);
    return secret;
  }

  #allowServicesToUseKey(): void {
    const { account, region } = this;
    this.key.allowService(`logs.${region}.amazonaws.com`, {
      ArnLike: { 'kms:EncryptionContext:aws:logs:arn': `arn:${this.partition}:logs:${region}:${account}:log-group:*` },
    });
    this.key.allowService('cloudwatch.amazonaws.com', { StringEquals: { 'aws:SourceAccount': account } });
  }
}
