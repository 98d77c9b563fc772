import { RemovalPolicy } from 'aws-cdk-lib';
import { type ISecurityGroup, type IVpc, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { Volume } from 'aws-cdk-lib/aws-ecs';
import { type AccessPoint, type CfnFileSystem, FileSystem, LifecyclePolicy, ThroughputMode } from 'aws-cdk-lib/aws-efs';
import { AnyPrincipal, Effect, type IGrantable, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

export interface SessionStoreProps {
  readonly vpc: IVpc;
  readonly key: IKey;
  readonly clients: ISecurityGroup;
  readonly isDisposable: boolean;
}

const OWNER = '1000'; // user `node` of the image

/** The file system that keeps snapshots of sessions, reached through one access point, with TLS and IAM only. */
export class SessionStore extends Construct {
  readonly #fileSystem: FileSystem;
  readonly #accessPoint: AccessPoint;

  constructor(scope: Construct, id: string, { vpc, key, clients, isDisposable }: SessionStoreProps) {
    super(scope, id);
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

  grantMount(grantee: IGrantable): void {
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
