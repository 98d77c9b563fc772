import { describe, expect, it } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { TABLES } from '../../shared/contracts/table-schema.ts';
import { makeStage, templatesOf } from './stage-templates.ts';

const dev = templatesOf(makeStage('dev')).data;
const prod = templatesOf(makeStage('prod')).data;

interface Resource {
  readonly Properties: Record<string, unknown>;
  readonly DeletionPolicy?: string;
}
const resources = (template: typeof dev, type: string): [string, Resource][] =>
  Object.entries(template.findResources(type) as Record<string, Resource>);

describe('tables', () => {
  it('are those of the schema, under stable names', () => {
    const ids = resources(dev, 'AWS::DynamoDB::Table').map(([id]) => id);
    expect(ids.sort()).toEqual(['CoreTable', 'MessagesTable', 'RegistryTable']);
    for (const [name, schema] of Object.entries(TABLES)) {
      const id = `${name[0]!.toUpperCase()}${name.slice(1)}Table`;
      const table = dev.findResources('AWS::DynamoDB::Table')[id] as Resource;
      expect(indexesOf(table)).toEqual(schema.indexes.map((index) => [index.name, index.partitionKey, index.sortKey]));
      expect(table.Properties['TimeToLiveSpecification']).toEqual(
        schema.ttlAttribute && { AttributeName: schema.ttlAttribute, Enabled: true },
      );
    }
  });

  it('are on demand, under our key, and can be brought back to any second', () => {
    dev.allResourcesProperties('AWS::DynamoDB::Table', {
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: Match.anyValue() },
    });
  });

  it('cannot be deleted by mistake in prod', () => {
    prod.allResourcesProperties('AWS::DynamoDB::Table', { DeletionProtectionEnabled: true });
    prod.allResources('AWS::DynamoDB::Table', { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    dev.allResources('AWS::DynamoDB::Table', { DeletionPolicy: 'Delete' });
  });
});

describe('queues', () => {
  const queues = resources(dev, 'AWS::SQS::Queue');
  const work = queues.filter(([id]) => id.endsWith('Queue'));

  it('all have our key', () => {
    dev.allResourcesProperties('AWS::SQS::Queue', { KmsMasterKeyId: Match.anyValue() });
  });

  it('each have a dead-letter queue of their own kind with an alarm', () => {
    expect(work.map(([id]) => id).sort()).toEqual([
      'CampaignStatsQueue', 'ContactImportsQueue', 'JobsCriticalQueue', 'JobsDefaultQueue', 'JobsHighQueue', 'JobsLowQueue', 'MetaSendsQueue', 'SessionEventsQueue', 'WebhookDeliveriesQueue', 'WebsocketPushesQueue',
    ]);
    for (const [id, { Properties }] of work) {
      const dead = id.replace('Queue', 'DeadLetters');
      expect(Properties['RedrivePolicy']).toEqual({
        deadLetterTargetArn: { 'Fn::GetAtt': [dead, 'Arn'] },
        maxReceiveCount: /^(Jobs|SessionEvents|WebsocketPushes)/.test(id) ? 20 : 5, // consumers of those have what failed come again sooner
      });
      expect(queues.find(([name]) => name === dead)?.[1].Properties['FifoQueue']).toEqual(Properties['FifoQueue']);
      dev.hasResourceProperties('AWS::CloudWatch::Alarm', {
        Namespace: 'AWS/SQS',
        Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [dead, 'QueueName'] } }],
        AlarmActions: [Match.anyValue()],
      });
    }
  });

  it('keep session events in order for each session, not for all', () => {
    dev.hasResourceProperties('AWS::SQS::Queue', {
      FifoQueue: true,
      ContentBasedDeduplication: false,
      DeduplicationScope: 'messageGroup',
      FifoThroughputLimit: 'perMessageGroupId',
      VisibilityTimeout: 180,
    });
  });

  it('and the alarm topic refuse what comes without TLS', () => {
    const refusal = Match.objectLike({
      Effect: 'Deny',
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    });
    dev.resourceCountIs('AWS::SQS::QueuePolicy', queues.length);
    dev.allResourcesProperties('AWS::SQS::QueuePolicy', { PolicyDocument: { Statement: Match.arrayWith([refusal]) } });
    dev.allResourcesProperties('AWS::SNS::TopicPolicy', { PolicyDocument: { Statement: Match.arrayWith([refusal]) } });
  });
});

describe('files', () => {
  it('lie in a bucket under our key that nobody outside reaches, and go in time', () => {
    const allOn = { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true };
    dev.hasResourceProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: allOn,
      BucketEncryption: { ServerSideEncryptionConfiguration: [{ BucketKeyEnabled: true, ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: Match.anyValue() } }] },
      LifecycleConfiguration: {
        Rules: Match.arrayWith([
          Match.objectLike({ Prefix: 'uploads/', ExpirationInDays: 1, Status: 'Enabled' }),
          Match.objectLike({ Prefix: 'media/', ExpirationInDays: 90, Status: 'Enabled' }),
        ]),
      },
      CorsConfiguration: { CorsRules: [Match.objectLike({ AllowedMethods: ['PUT', 'GET'], AllowedHeaders: ['content-type', 'x-amz-checksum-sha256'] })] },
    });
    const refusal = Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } });
    dev.hasResourceProperties('AWS::S3::BucketPolicy', { PolicyDocument: Match.objectLike({ Statement: Match.arrayWith([refusal]) }) });
    prod.allResources('AWS::S3::Bucket', { DeletionPolicy: 'Retain' });
  });

  it('are kept as long as the stage says', () => {
    const { data } = templatesOf(makeStage('dev', { mediaRetentionDays: '7' }));
    data.hasResourceProperties('AWS::S3::Bucket', { LifecycleConfiguration: { Rules: Match.arrayWith([Match.objectLike({ Prefix: 'media/', ExpirationInDays: 7 })]) } });
    expect(() => makeStage('dev', { mediaRetentionDays: 'x' })).toThrow('mediaRetentionDays');
  });
});

describe('keys and secrets', () => {
  it('rotate keys', () => dev.allResourcesProperties('AWS::KMS::Key', { EnableKeyRotation: true }));

  it('keep keys that hold data in prod', () => prod.allResources('AWS::KMS::Key', { DeletionPolicy: 'Retain' }));

  it('make a long nudge secret under our key', () => {
    dev.hasResourceProperties('AWS::SecretsManager::Secret', {
      GenerateSecretString: Match.objectLike({ PasswordLength: 64 }),
      KmsKeyId: Match.anyValue(),
    });
  });

  it('let nobody outside the account use a key', () => {
    for (const [, { Properties }] of resources(dev, 'AWS::KMS::Key')) {
      expect(JSON.stringify(Properties['KeyPolicy'])).not.toContain('"AWS":"*"');
    }
  });
});

function indexesOf({ Properties }: Resource): (string | undefined)[][] {
  const indexes = (Properties['GlobalSecondaryIndexes'] ?? []) as {
    IndexName: string;
    KeySchema: { AttributeName: string }[];
  }[];
  return indexes.map(({ IndexName, KeySchema }) => [IndexName, ...KeySchema.map((key) => key.AttributeName)]);
}
