import { join } from 'node:path';
import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import {
  Cluster,
  ContainerImage,
  ContainerInsights,
  type ContainerDefinition,
  CpuArchitecture,
  FargateService,
  FargateTaskDefinition,
  LinuxParameters,
  LogDriver,
  OperatingSystemFamily,
  PropagatedTagSource,
} from 'aws-cdk-lib/aws-ecs';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { fleetEnvironment, PROFILE_DIR, STOP_TIMEOUT_SECONDS, STORE_DIR } from '../constructs/fleet-environment.ts';
import { FleetScaling } from '../constructs/fleet-scaling.ts';
import { HouseLogGroup } from '../constructs/house-log-group.ts';
import { SessionStore } from '../constructs/session-store.ts';
import type { FleetSettings } from '../stages.ts';
import type { DataStack } from './data-stack.ts';
import { INSTANCE_PORT, type NetworkStack, PRIVATE } from './network-stack.ts';

export interface FleetStackProps extends StackProps {
  readonly fleet: FleetSettings;
  readonly isDisposable: boolean;
  readonly data: DataStack;
  readonly network: NetworkStack;
}

const REPOSITORY = join(import.meta.dirname, '../..');
const HEALTH = `fetch('http://127.0.0.1:${INSTANCE_PORT}/health').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))`;

/** The tasks that run WhatsApp Web, and the file system that keeps what links them. */
export class FleetStack extends Stack {
  readonly cluster: Cluster;
  readonly task: FargateTaskDefinition;
  readonly service: FargateService;
  readonly scaling: FleetScaling;
  readonly store: SessionStore;
  readonly #props: FleetStackProps;

  constructor(scope: Construct, id: string, props: FleetStackProps) {
    super(scope, id, props);
    this.#props = props;
    const { data, network, fleet, isDisposable } = props;
    this.cluster = new Cluster(this, 'Cluster', {
      vpc: network.vpc,
      containerInsightsV2: ContainerInsights.ENHANCED,
    });
    this.store = new SessionStore(this, 'SessionStore', {
      vpc: network.vpc,
      key: data.key,
      clients: network.instances,
      isDisposable,
      kind: fleet.sessionStore,
      snapshotKey: data.snapshotKey,
    });
    this.task = this.#makeTask(this.store);
    this.#addContainer(this.store);
    this.#grantTask(this.store);
    this.service = this.#makeService();
    this.scaling = new FleetScaling(this, 'Scaling', { ...props, service: this.service });
  }

  #makeTask(store: SessionStore): FargateTaskDefinition {
    const { fleet } = this.#props;
    return new FargateTaskDefinition(this, 'Task', {
      cpu: fleet.cpu,
      memoryLimitMiB: fleet.memoryMiB,
      ephemeralStorageGiB: fleet.diskGiB,
      runtimePlatform: {
        cpuArchitecture: CpuArchitecture.X86_64,
        operatingSystemFamily: OperatingSystemFamily.LINUX,
      },
      volumes: [store.volume('sessions'), { name: 'profiles' }, { name: 'tmp' }],
    });
  }

  #addContainer(store: SessionStore): void {
    const { data, fleet } = this.#props;
    const container = this.task.addContainer('instance', {
      image: ContainerImage.fromAsset(REPOSITORY, { file: 'fleet/Dockerfile', platform: Platform.LINUX_AMD64 }),
      portMappings: [{ containerPort: INSTANCE_PORT }],
      environment: { ...fleetEnvironment(data, fleet.sessionsPerInstance), ...store.environment() },
      logging: LogDriver.awsLogs({ streamPrefix: 'instance', logGroup: new HouseLogGroup(this, 'Logs', data.logs) }),
      readonlyRootFilesystem: true,
      linuxParameters: new LinuxParameters(this, 'Linux', { initProcessEnabled: true }), // reaps browsers' orphans
      stopTimeout: Duration.seconds(STOP_TIMEOUT_SECONDS),
      healthCheck: { command: ['CMD', 'node', '-e', HEALTH], startPeriod: Duration.seconds(60) },
    });
    mountVolumes(container);
  }

  #grantTask(store: SessionStore): void {
    const { data } = this.#props;
    const { taskRole } = this.task;
    data.core.grantWrite(taskRole);
    data.messages.grantBulkWrite(taskRole);
    data.registry.grantWrite(taskRole);
    data.sessionEvents.grantSend(taskRole);
    data.media.grantTransfer(taskRole);
    data.grantNudging(taskRole);
    data.snapshotKey.grant(taskRole, 'kms:GenerateDataKey', 'kms:Decrypt');
    store.grantUse(taskRole);
    taskRole.addToPrincipalPolicy(this.#allowTaskProtection());
  }

  /** So that scale-in and deployments spare tasks with open sessions. */
  #allowTaskProtection(): PolicyStatement {
    const resourceName = `${this.cluster.clusterName}/*`;
    return new PolicyStatement({
      actions: ['ecs:GetTaskProtection', 'ecs:UpdateTaskProtection'],
      resources: [this.formatArn({ service: 'ecs', resource: 'task', resourceName })],
    });
  }

  /** How many tasks there should be is left to the scaling: a deployment must not undo it. */
  #makeService(): FargateService {
    return new FargateService(this, 'Service', {
      cluster: this.cluster,
      taskDefinition: this.task,
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      circuitBreaker: { rollback: true },
      vpcSubnets: PRIVATE,
      securityGroups: [this.#props.network.instances],
      propagateTags: PropagatedTagSource.SERVICE,
    });
  }
}

/** Snapshots on EFS; profiles and scratch files on the task's own disk, which Chromium's databases need. */
function mountVolumes(container: ContainerDefinition): void {
  container.addMountPoints(
    { sourceVolume: 'sessions', containerPath: STORE_DIR, readOnly: false },
    { sourceVolume: 'profiles', containerPath: PROFILE_DIR, readOnly: false },
    { sourceVolume: 'tmp', containerPath: '/tmp', readOnly: false },
  );
}
