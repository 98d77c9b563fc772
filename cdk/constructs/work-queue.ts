import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { type CfnQueue, DeduplicationScope, FifoThroughputLimit, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { HouseKey } from './house-key.ts';
import { RunbookAlarm } from './runbook-alarm.ts';

export interface WorkQueueProps {
  /** What people call it. */
  readonly name: string;
  /** Without `.fifo`; unset: CloudFormation's choice. */
  readonly physicalName: string | undefined;
  readonly isFifo?: boolean;
  /** Its consumer has what failed come again after 2, 4, 8 … 60 s; otherwise that takes the visibility timeout. */
  readonly comesAgainSoon?: boolean;
  readonly key: HouseKey;
  readonly consumerTimeout: Duration;
  readonly alarms: ITopic;
  /** The page in docs/runbooks for when its dead-letter queue fills. */
  readonly runbook: string;
}

export interface ConsumerProps {
  readonly batchSize: number;
  readonly maxConcurrency?: number;
}

const TRIES = 5;
/** As long as five of the visibility timeout: about a quarter of an hour. */
const SOON_TRIES = 20;
const KEPT_DEAD = Duration.days(14);

const triesOf = ({ comesAgainSoon }: WorkQueueProps): number => (comesAgainSoon ? SOON_TRIES : TRIES);

/** A queue that always has a dead-letter queue with an alarm, our key, and no use without TLS. */
export class WorkQueue extends Construct {
  readonly name: string;
  readonly queue: Queue;
  readonly deadLetters: Queue;
  readonly #key: HouseKey;

  constructor(scope: Construct, id: string, props: WorkQueueProps) {
    super(scope, id);
    this.name = props.name;
    this.#key = props.key;
    this.deadLetters = this.#makeQueue(`${id}DeadLetters`, props, {
      queueName: physicalNameOf(props, '-dead'),
      retentionPeriod: KEPT_DEAD,
    });
    this.queue = this.#makeQueue(`${id}Queue`, props, {
      queueName: physicalNameOf(props, ''),
      // Lambda may hold a batch through its own retries of a throttled invoke; AWS advises six times the timeout.
      visibilityTimeout: Duration.seconds(props.consumerTimeout.toSeconds() * 6),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: triesOf(props) },
    });
    this.#alarmOnDeadLetters(id, props);
  }

  get queueUrl(): string {
    return this.queue.queueUrl;
  }

  grantSend(grantee: IGrantable): void {
    this.queue.grant(grantee, 'sqs:SendMessage');
    this.#key.grantWrite(grantee); // SQS seals each message with a data key asked for in the sender's name
  }

  /** To count what waits, and to put back what is dead. */
  grantOperate(grantee: IGrantable): void {
    this.grantSend(grantee);
    this.queue.grant(grantee, 'sqs:GetQueueAttributes');
    this.deadLetters.grant(grantee, 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage', 'sqs:DeleteMessage');
  }

  /** Feeds the function; a batch that failed in part comes again in part. */
  feed(consumer: IFunction, { batchSize, maxConcurrency }: ConsumerProps): void {
    consumer.addEventSource(
      new SqsEventSource(this.queue, { batchSize, maxConcurrency, reportBatchItemFailures: true }),
    );
  }

  #makeQueue(logicalId: string, { isFifo, key }: WorkQueueProps, props: object): Queue {
    const queue = new Queue(this, logicalId, {
      ...(isFifo ? FIFO : {}),
      encryption: QueueEncryption.KMS,
      encryptionMasterKey: key,
      dataKeyReuse: Duration.minutes(5),
      enforceSSL: true,
      removalPolicy: RemovalPolicy.DESTROY, // the tables know all work; `requeue-work` fills a new queue
      ...props,
    });
    (queue.node.defaultChild as CfnQueue).overrideLogicalId(logicalId);
    return queue;
  }

  #alarmOnDeadLetters(id: string, props: WorkQueueProps): void {
    const { alarms, runbook } = props;
    new RunbookAlarm(this, 'DeadLettersAlarm', {
      metric: this.deadLetters.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(1) }),
      threshold: 1,
      summary: `${id}: a message failed ${triesOf(props)} times and lies in the dead-letter queue.`,
      runbook,
      topic: alarms,
    });
  }
}

/** Senders name the deduplication id; throughput is counted per message group, so sessions do not slow each other. */
const FIFO = {
  fifo: true,
  contentBasedDeduplication: false,
  deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
  fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
} as const;

const physicalNameOf = ({ physicalName, isFifo }: WorkQueueProps, suffix: string): string | undefined =>
  physicalName && `${physicalName}${suffix}${isFifo ? '.fifo' : ''}`;
