import { describe, expect, it } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { ScaleFleetEnv } from '../../shared/config/control-plane-env.ts';
import { FleetEnv } from '../../shared/config/fleet-env.ts';
import { makeStage, templatesOf } from './stage-templates.ts';

const { fleet, network } = templatesOf(makeStage('dev'));

interface Container {
  readonly Environment: { Name: string; Value: unknown }[];
  readonly [property: string]: unknown;
}
const [task] = Object.values(fleet.findResources('AWS::ECS::TaskDefinition')) as {
  Properties: { ContainerDefinitions: Container[]; EphemeralStorage: unknown };
}[];
const [container] = task!.Properties.ContainerDefinitions;

describe('tasks', () => {
  it('get an environment the instance accepts', () => {
    const known = container!.Environment.map(({ Name, Value }) => [Name, typeof Value === 'string' ? Value : 'http://made.at/deployment']);
    expect(() => FleetEnv.parse(Object.fromEntries(known))).not.toThrow();
    expect(known.filter(([name]) => !(String(name) in FleetEnv.shape))).toEqual([]);
  });

  it('cannot write to their image, and have room of their own for profiles', () => {
    expect(container).toMatchObject({ ReadonlyRootFilesystem: true, LinuxParameters: { InitProcessEnabled: true } });
    const env = Object.fromEntries(container!.Environment.map(({ Name, Value }) => [Name, Value]));
    const mounts = container!['MountPoints'] as { ContainerPath: string; ReadOnly: boolean }[];
    expect(mounts.filter(({ ReadOnly }) => !ReadOnly).map(({ ContainerPath }) => ContainerPath)).toEqual(
      expect.arrayContaining([env['PROFILE_DIR'], env['SESSION_STORE_DIR'], '/tmp']),
    );
  });

  it('have more time to stop than they take', () => {
    const stopTimeout = container!.Environment.find(({ Name }) => Name === 'STOP_TIMEOUT_SECONDS')?.Value;
    expect(container!['StopTimeout']).toBe(120);
    expect(Number(stopTimeout)).toBeLessThan(120);
  });

  it('say whether they are healthy', () => {
    const { Command } = container!['HealthCheck'] as { Command: string[] };
    expect(Command.join(' ')).toContain('http://127.0.0.1:3001/health');
  });

  it('may ask to be spared by scale-in', () => {
    fleet.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: Match.objectLike({
        Statement: Match.arrayWith([Match.objectLike({ Action: ['ecs:GetTaskProtection', 'ecs:UpdateTaskProtection'] })]),
      }),
    });
  });

  it('are replaced only by ones that work, in private subnets', () => {
    fleet.hasResourceProperties('AWS::ECS::Service', {
      DeploymentConfiguration: {
        DeploymentCircuitBreaker: { Enable: true, Rollback: true },
        MinimumHealthyPercent: 100,
        MaximumPercent: 200, // old tasks stay until they have handed their sessions over
      },
      NetworkConfiguration: { AwsvpcConfiguration: Match.objectLike({ AssignPublicIp: 'DISABLED' }) },
    });
  });
});

describe('scaling', () => {
  const [scaler] = Object.values(fleet.findResources('AWS::Lambda::Function')) as { Properties: { Environment: { Variables: Record<string, unknown> } } }[];
  const variables = scaler!.Properties.Environment.Variables;

  it('gets exactly the environment its schema names, with the bounds of the stage', () => {
    expect(Object.keys(variables).sort()).toEqual(Object.keys(ScaleFleetEnv.shape).sort());
    expect(variables).toMatchObject({ MIN_INSTANCES: '2', MAX_INSTANCES: '6', SESSIONS_PER_INSTANCE: '20', INSTANCE_MEMORY_MIB: '8192' });
  });

  it('looks every minute, and is not undone by a deployment', () => {
    fleet.hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(1 minute)', State: 'ENABLED' });
    fleet.hasResourceProperties('AWS::ECS::Service', { DesiredCount: Match.absent() });
  });

  it('may change this service and no other', () => {
    fleet.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: Match.objectLike({
        Statement: Match.arrayWith([
          { Effect: 'Allow', Action: ['ecs:DescribeServices', 'ecs:UpdateService'], Resource: { Ref: Match.stringLikeRegexp('^Service') } },
        ]),
      }),
    });
  });
});

describe('snapshots', () => {
  it('lie on an encrypted file system that is backed up', () => {
    fleet.hasResourceProperties('AWS::EFS::FileSystem', {
      Encrypted: true,
      KmsKeyId: Match.anyValue(),
      BackupPolicy: { Status: 'ENABLED' },
    });
  });

  it('are reached with TLS, IAM and one access point, by nobody unnamed', () => {
    fleet.hasResourceProperties('AWS::ECS::TaskDefinition', {
      Volumes: Match.arrayWith([
        Match.objectLike({
          EFSVolumeConfiguration: Match.objectLike({
            TransitEncryption: 'ENABLED',
            AuthorizationConfig: { AccessPointId: Match.anyValue(), IAM: 'ENABLED' },
          }),
        }),
      ]),
    });
    const [files] = Object.values(fleet.findResources('AWS::EFS::FileSystem')) as {
      Properties: { FileSystemPolicy: { Statement: { Effect: string }[] } };
    }[];
    expect(files!.Properties.FileSystemPolicy.Statement.map(({ Effect }) => Effect)).toEqual(['Deny']);
  });
});

describe('the store of sessions', () => {
  const environmentIn = (template: typeof fleet): Record<string, unknown> => {
    const [task] = Object.values(template.findResources('AWS::ECS::TaskDefinition')) as { Properties: { ContainerDefinitions: Container[] } }[];
    return Object.fromEntries(task!.Properties.ContainerDefinitions[0]!.Environment.map(({ Name, Value }) => [Name, Value]));
  };

  it('is the file system unless the stage chooses otherwise, and instances may see how that does', () => {
    expect(environmentIn(fleet)).toMatchObject({ SESSION_STORE: 'efs-snapshot', EFS_FILE_SYSTEM_ID: { Ref: expect.any(String) } });
    fleet.resourceCountIs('AWS::S3::Bucket', 0);
    fleet.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: Match.objectLike({
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: ['elasticfilesystem:DescribeFileSystems', 'elasticfilesystem:DescribeMountTargets'],
            Resource: { 'Fn::GetAtt': [Match.anyValue(), 'Arn'] },
          }),
        ]),
      }),
    });
  });

  it('is a bucket that nobody else reaches, under the key of snapshots, where the stage wants one', () => {
    const { fleet: template } = templatesOf(makeStage('dev', { sessionStore: 'remote-auth' }));
    expect(environmentIn(template)).toMatchObject({ SESSION_STORE: 'remote-auth', SESSION_STORE_BUCKET: { Ref: expect.any(String) } });
    const allOn = { BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true };
    template.hasResourceProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: allOn,
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: { 'Fn::ImportValue': Match.stringLikeRegexp('SnapshotKey') } } },
        ],
      },
      LifecycleConfiguration: Match.anyValue(),
      VersioningConfiguration: Match.absent(),
    });
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: Match.objectLike({
        Statement: Match.arrayWith([Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } })]),
      }),
    });
  });
});

describe('network', () => {
  it('lets nobody in from outside', () => {
    const rules = [
      ...Object.values(network.findResources('AWS::EC2::SecurityGroupIngress')),
      ...Object.values(fleet.findResources('AWS::EC2::SecurityGroupIngress')),
    ].map(({ Properties }) => Properties as { FromPort: number; ToPort: number; CidrIp?: string });
    expect(rules.map(({ FromPort, ToPort }) => [FromPort, ToPort])).toEqual([
      [3001, 3001], // functions that nudge
      [3001, 3001], // other instances
      [2049, 2049],
    ]);
    expect(rules.filter(({ CidrIp }) => CidrIp)).toEqual([]);
    network.allResourcesProperties('AWS::EC2::SecurityGroup', { SecurityGroupIngress: Match.absent() });
    network.allResourcesProperties('AWS::EC2::Subnet', { MapPublicIpOnLaunch: false });
  });

  it('logs its flows and reaches tables and files without leaving', () => {
    network.resourceCountIs('AWS::EC2::FlowLog', 1);
    network.allResourcesProperties('AWS::EC2::VPCEndpoint', { VpcEndpointType: 'Gateway' });
    network.resourceCountIs('AWS::EC2::VPCEndpoint', 2);
  });
});
