import { type Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { Grant, type IGrantable, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type CfnSecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import { TABLES } from '../../shared/contracts/table-schema.ts';
import { HouseKey } from '../constructs/house-key.ts';
import type { LogSettings } from '../constructs/house-log-group.ts';
import { HouseTable } from '../constructs/house-table.ts';
import { MetaProvider } from '../constructs/meta-provider.ts';
import { WorkQueue } from '../constructs/work-queue.ts';
import { CONSUMER_TIMEOUT, type StageSettings } from '../stages.ts';

export interface DataStackProps extends StackProps {
  readonly settings: StageSettings;
}

/** What outlives a deployment of anything else: tables, queues, keys, the secret of nudges, and who hears alarms. */
export class DataStack extends Stack {
  readonly key: HouseKey;
  /** Wraps the data keys of session snapshots; only instances may use it. */
  readonly snapshotKey: HouseKey;
  readonly core: HouseTable;
  readonly messages: HouseTable;
  readonly registry: HouseTable;
  readonly sessionEvents: WorkQueue;
  readonly campaignJobs: WorkQueue;
  readonly contactImports: WorkQueue;
  readonly webhookDeliveries: WorkQueue;
  readonly metaSends: WorkQueue;
  readonly nudgeSecret: Secret;
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
    this.sessionEvents = this.#makeQueue('SessionEvents', 'session-events', CONSUMER_TIMEOUT.sessionEvents, true);
    this.campaignJobs = this.#makeQueue('CampaignJobs', 'campaign-jobs', CONSUMER_TIMEOUT.campaignJobs);
    this.contactImports = this.#makeQueue('ContactImports', 'contact-imports', CONSUMER_TIMEOUT.contactImports);
    this.webhookDeliveries = this.#makeQueue('WebhookDeliveries', 'webhook-deliveries', CONSUMER_TIMEOUT.webhookDeliveries);
    this.metaSends = this.#makeQueue('MetaSends', 'meta-sends', CONSUMER_TIMEOUT.metaSends);
    this.nudgeSecret = this.#makeNudgeSecret();
    this.meta = new MetaProvider(this, 'Meta', { key: this.key, named: (name) => this.#named(name), isDisposable: settings.isDisposable });
  }

  /** `Secret.grantRead` would name the grantee in the key's policy too, and so make this stack need the grantee's. */
  grantNudging(grantee: IGrantable): void {
    const resourceArns = [this.nudgeSecret.secretArn];
    Grant.addToPrincipal({ grantee, actions: ['secretsmanager:GetSecretValue'], resourceArns });
    this.key.grantRead(grantee);
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

  #makeQueue(id: string, name: string, consumerTimeout: Duration, isFifo = false): WorkQueue {
    const { key, alarms } = this;
    return new WorkQueue(this, id, {
      name: this.#named(name),
      isFifo,
      key,
      consumerTimeout,
      alarms,
      runbook: `${name}-dead-letters`,
    });
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

  /** Signs nudges between the control plane and instances. */
  #makeNudgeSecret(): Secret {
    const secret = new Secret(this, 'NudgeSecret', {
      secretName: this.#named('nudge-secret'),
      description: 'Signs nudges and commands to instances',
      encryptionKey: this.key,
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      removalPolicy: this.#settings.isDisposable ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    });
    (secret.node.defaultChild as CfnSecret).overrideLogicalId('NudgeSecret');
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
