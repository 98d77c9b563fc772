import { dirname, join, resolve } from 'node:path';
import { Duration, Stack, Stage } from 'aws-cdk-lib';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type * as z from 'zod';
import { bundleEntries } from './entry-bundles.ts';
import type { FunctionNetwork } from './function-network.ts';
import { HouseLogGroup, type LogSettings } from './house-log-group.ts';

export interface NodeFunctionProps<S extends z.ZodObject> {
  /** Path of a `*.handler.ts` from the root of the repository. */
  readonly entry: string;
  readonly description: string;
  readonly env: S; // the schema the entry gives to loadConfig
  /** A string for each key of `env`, or it does not compile; the function gets those and no other. */
  readonly environment: { readonly [K in keyof z.input<S>]-?: string };
  readonly logs: LogSettings;
  readonly timeout?: Duration;
  readonly memoryMiB?: number;
  /** Only for what must reach an instance. */
  readonly network?: FunctionNetwork | undefined;
}

/** A Lambda function from one entry, with its own role that may do nothing but log and trace until it is granted more. */
export class NodeFunction<S extends z.ZodObject> extends Function {
  constructor(scope: Construct, id: string, props: NodeFunctionProps<S>) {
    const logGroup = new HouseLogGroup(scope, `${id}Logs`, props.logs);
    const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    if (props.network) role.addToPolicy(allowNetworkInterfaces());
    super(scope, id, {
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: codeOf(scope, props.entry),
      role,
      logGroup,
      environment: pick(props.environment, Object.keys(props.env.shape)),
      timeout: props.timeout ?? Duration.seconds(10),
      memorySize: props.memoryMiB ?? 512,
      tracing: Tracing.ACTIVE,
      ...props.network,
    });
  }
}

const pick = (values: Readonly<Record<string, string>>, keys: readonly string[]): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter(([key]) => keys.includes(key)));

/** Lambda makes and removes the interfaces itself and asks for this on every resource. */
const allowNetworkInterfaces = (): PolicyStatement =>
  new PolicyStatement({
    effect: Effect.ALLOW,
    actions: [
      'ec2:CreateNetworkInterface',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSubnets',
      'ec2:DeleteNetworkInterface',
      'ec2:AssignPrivateIpAddresses',
      'ec2:UnassignPrivateIpAddresses',
    ],
    resources: ['*'],
  });

const bundled = new Map<string, string>();

/** The entry's bundle; the first call in an app bundles them all. */
function codeOf(scope: Construct, entry: string): Code {
  if (!Stack.of(scope).bundlingRequired) return Code.fromInline('// `aws:cdk:bundling-stacks` leaves this stack out');
  const assembly = resolve(Stage.of(scope)?.outdir ?? 'cdk.out');
  const bundles = bundled.get(assembly) ?? join(assembly, 'bundles');
  if (!bundled.has(assembly)) bundleEntries(bundles);
  bundled.set(assembly, bundles);
  return Code.fromAsset(join(bundles, dirname(entry)));
}
