import { RemovalPolicy } from 'aws-cdk-lib';
import { type ISecurityGroup, type IVpc, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { Volume } from 'aws-cdk-lib/aws-ecs';
import { type AccessPoint, type CfnFileSystem, FileSystem, LifecyclePolicy, ThroughputMode } from 'aws-cdk-lib/aws-efs';
import { AnyPrincipal, Effect, Grant, type IGrantable, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { SessionStoreKind } from '../stages.ts';
import { HouseBucket } from './house-bucket.ts';
import type { HouseKey } from './house-key.ts';

export interface SessionStoreProps {
  readonly vpc: IVpc;
  readonly key: IKey;
  readonly clients: ISecurityGroup;
  readonly isDisposable: boolean;
  readonly kind: SessionStoreKind;
  /** Wraps the data keys of snapshots, or encrypts the objects of the bucket. */
  readonly snapshotKey: HouseKey;
}

const OWNER = '1000'; // user `node` of the image

/**
 * The file system that keeps snapshots of sessions, reached through one access point, with TLS and IAM only; and a bucket,
 * where that keeps them.
 */
export class SessionStore extends Construct {
  readonly #fileSystem: FileSystem;
  readonly #accessPoint: AccessPoint;
  readonly #kind: SessionStoreKind;
  readonly bucket: HouseBucket | undefined;

  constructor(scope: Construct, id: string, { vpc, key, clients, isDisposable, kind, snapshotKey }: SessionStoreProps) {
    super(scope, id);
    this.#kind = kind;
    this.bucket = kind === 'remote-auth' ? new HouseBucket(this, 'Profiles', { key: snapshotKey, isDisposable }) : undefined;
    const securityGroup = new SecurityGroup(this, 'Access', { vpc, description: 'Session snapshots', allowAllOutbound: false });
    securityGroup.addIngressRule(clients, Port.NFS, 'Fleet instances');
    this.#fileSystem = new FileSystem(this, 'Files', {
      vpc,
      securityGroup,
      encrypted: true,
      kmsKey: key,
      throughputMode: ThroughputMode.ELASTIC,
      lifecyclePolicy: LifecyclePolicy.AFTER_30_DAYS,
      enableAutomaticBackups: true,
      removalPolicy: isDisposable ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
    });
    // In place of CDK's policy, which lets every principal write: ours grants nothing, the roles of tasks do.
    (this.#fileSystem.node.defaultChild as CfnFileSystem).fileSystemPolicy = new PolicyDocument({
      statements: [refusePlainText()],
    });
    this.#accessPoint = this.#fileSystem.addAccessPoint('Sessions', {
      path: '/sessions',
      createAcl: { ownerUid: OWNER, ownerGid: OWNER, permissions: '700' },
      posixUser: { uid: OWNER, gid: OWNER },
    });
  }

  /** The volume for a task definition. */
  volume(name: string): Volume {
    return {
      name,
      efsVolumeConfiguration: {
        fileSystemId: this.#fileSystem.fileSystemId,
        transitEncryption: 'ENABLED',
        authorizationConfig: { accessPointId: this.#accessPoint.accessPointId, iam: 'ENABLED' },
      },
    };
  }

  /** What an instance is told of it. */
  environment(): Readonly<Record<string, string>> {
    return {
      SESSION_STORE: this.#kind,
      EFS_FILE_SYSTEM_ID: this.#fileSystem.fileSystemId,
      ...(this.bucket && { SESSION_STORE_BUCKET: this.bucket.bucketName }),
    };
  }

  /** To keep sessions in it, and to see how it does. */
  grantUse(grantee: IGrantable): void {
    this.#grantMount(grantee);
    this.#grantLook(grantee);
    this.bucket?.grantObjects(grantee);
  }

  #grantLook(grantee: IGrantable): void {
    Grant.addToPrincipal({
      grantee,
      actions: ['elasticfilesystem:DescribeFileSystems', 'elasticfilesystem:DescribeMountTargets'],
      resourceArns: [this.#fileSystem.fileSystemArn],
    });
  }

  #grantMount(grantee: IGrantable): void {
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['elasticfilesystem:ClientMount', 'elasticfilesystem:ClientWrite'],
        resources: [this.#fileSystem.fileSystemArn],
        conditions: { StringEquals: { 'elasticfilesystem:AccessPointArn': this.#accessPoint.accessPointArn } },
      }),
    );
  }
}

const refusePlainText = (): PolicyStatement =>
  new PolicyStatement({
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: ['*'],
    conditions: { Bool: { 'aws:SecureTransport': 'false' } },
  });
