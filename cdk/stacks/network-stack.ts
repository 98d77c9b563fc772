import { Fn, Stack, type StackProps } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  GatewayVpcEndpointAwsService,
  Port,
  SecurityGroup,
  SubnetType,
  type SubnetSelection,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { FunctionNetwork } from '../constructs/function-network.ts';
import { HouseLogGroup, type LogSettings } from '../constructs/house-log-group.ts';

export const INSTANCE_PORT = 3001;
export const PRIVATE: SubnetSelection = { subnetType: SubnetType.PRIVATE_WITH_EGRESS };

export interface NetworkStackProps extends StackProps {
  readonly natGateways: number;
  readonly logs: LogSettings;
}

/** The network instances run in, and who may call them: functions that nudge, and other instances. */
export class NetworkStack extends Stack {
  readonly vpc: Vpc;
  readonly instances: SecurityGroup;
  readonly functions: FunctionNetwork;

  constructor(scope: Construct, id: string, { natGateways, logs, ...props }: NetworkStackProps) {
    super(scope, id, props);
    this.vpc = new Vpc(this, 'Vpc', {
      maxAzs: 2,
      natGateways,
      restrictDefaultSecurityGroup: false, // would bring a custom resource for a group nothing uses
      subnetConfiguration: [
        { name: 'public', subnetType: SubnetType.PUBLIC, cidrMask: 24, mapPublicIpOnLaunch: false },
        { name: 'private', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 20 },
      ],
      gatewayEndpoints: { dynamodb: { service: GatewayVpcEndpointAwsService.DYNAMODB }, s3: { service: GatewayVpcEndpointAwsService.S3 } }, // files would pay for NAT
    });
    this.vpc.addFlowLog('Flow', {
      destination: FlowLogDestination.toCloudWatchLogs(new HouseLogGroup(this, 'FlowLogs', logs)),
    });
    this.instances = this.#securityGroup('Instances', 'Fleet instances');
    const callers = this.#securityGroup('Nudgers', 'Functions that nudge instances');
    for (const caller of [callers, this.instances]) {
      this.instances.addIngressRule(caller, Port.tcp(INSTANCE_PORT), 'Nudges and commands');
    }
    this.functions = { vpc: this.vpc, vpcSubnets: PRIVATE, securityGroups: [callers] };
  }

  /** Zones are chosen at deployment, so that no synthesis asks an account. */
  override get availabilityZones(): string[] {
    return [0, 1].map((index) => Fn.select(index, Fn.getAzs()));
  }

  #securityGroup(id: string, description: string): SecurityGroup {
    return new SecurityGroup(this, id, { vpc: this.vpc, description, allowAllOutbound: true });
  }
}
