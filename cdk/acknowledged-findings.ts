import { type CfnElement, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { Stacks } from './blazz-app.ts';
import type { FleetStack } from './stacks/fleet-stack.ts';

/** A finding of cdk-nag that stands, and why. Any other fails synthesis and the tests. */
type Finding = readonly [scope: IConstruct, rule: string, reason: string];

export function acknowledgeFindings(stacks: Stacks): void {
  const findings = [...dataFindings(stacks), ...controlPlaneFindings(stacks), ...realtimeFindings(stacks), ...fleetFindings(stacks)];
  for (const [scope, id, reason] of findings) Validations.of(scope).acknowledge({ id, reason });
}

const dataFindings = ({ data }: Stacks): Finding[] => [
  [data.media, 'AwsSolutions-S1', 'Who has a link was given it by our API, which logs that; who wants each read on record turns on CloudTrail data events.'],
  [
    data.nudgeSecret,
    'AwsSolutions-SMG4',
    'Functions and instances read it when they start: a new value has to come with a deployment, so it is changed by hand.',
  ],
  [data.ingestSecret, 'AwsSolutions-SMG4', 'Fleets outside have it too: a new value has to reach them and come with a deployment, so it is changed by hand.'],
  ...[data.meta.appSecret, data.meta.verifyToken].map((secret): Finding => [secret, 'AwsSolutions-SMG4', 'They are changed at Meta, and here by hand thereafter.']),
];

/** What cdk-nag says of a statement about all files of one area of the media bucket: before and after another stack has imported it. */
const filesIn = ({ data }: Stacks, area: string): string[] =>
  ['<MediaBucket.Arn>', `${data.stackName}:ExportsOutputFnGetAttMediaBucketArn3BCA6E41`].map((bucket) => `AwsSolutions-IAM5[Resource::${bucket}/${area}/*]`);

const FILES = 'Files have ids made at run time. Which workspace may reach which is decided by their records, before a link is signed or a file touched.';

const controlPlaneFindings = ({ controlPlane, controlPlane: { api }, ...stacks }: Stacks): Finding[] => [
  ...['uploads', 'media'].flatMap((area) => filesIn({ controlPlane, ...stacks }, area)).map((finding): Finding => [controlPlane, finding, FILES]),
  [
    controlPlane,
    'AwsSolutions-IAM5[Resource::*]',
    'X-Ray and network interfaces know no narrower resource; test/cdk asserts that nothing else has it.',
  ],
  [api, 'AwsSolutions-APIG2', 'The functions check every request with the zod contracts, which say more than JSON schema.'],
  [api, 'AwsSolutions-APIG3', 'Keys and throttling guard the API; who wants a web ACL adds one at the account’s edge.'],
  [
    api,
    'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]',
    'The policy AWS names for this account-wide role of API Gateway.',
  ],
  [api, 'AwsSolutions-COG4', 'Callers have API keys of their workspace, which our own authorizer checks.'],
  ...api.openMethods.map(
    (method): Finding => [method, 'AwsSolutions-APIG4', 'Health, documentation and 404 are meant for anybody; requests to ingest are signed.'],
  ),
];

function realtimeFindings({ controlPlane }: Stacks): Finding[] {
  const api = controlPlane.realtime?.api;
  if (!api) return [];
  const id = controlPlane.getLogicalId(api.node.defaultChild as CfnElement);
  const connections = (method: string): string =>
    `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:<${id}>/live/${method}/@connections/*]`;
  return [
    ...['POST', 'DELETE'].map((method): Finding => [controlPlane, connections(method), 'Ids of connections are known only once they are open; the API and the method are named.']),
    ...api.routes.map((route): Finding => [
      route,
      'AwsSolutions-APIG4',
      'The function behind $connect refuses whoever has no valid API key; messages come from those it let in.',
    ]),
  ];
}

/** What cdk-nag says of a statement about all tasks of the cluster. */
const tasksOf = (fleet: FleetStack): string =>
  `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ecs:<AWS::Region>:<AWS::AccountId>:task/<${fleet.getLogicalId(fleet.cluster.node.defaultChild as CfnElement)}>/*]`;

const fleetFindings = ({ fleet, ...stacks }: Stacks): Finding[] =>
  fleet
    ? [
        [fleet.task, 'AwsSolutions-ECS2', 'Names of tables and queues and paths; the secret is read by its ARN at start.'],
        [
          fleet.task.obtainExecutionRole(),
          'AwsSolutions-IAM5[Resource::*]',
          'ecr:GetAuthorizationToken knows no resource; the pull itself is granted on our repository.',
        ],
        ...filesIn({ fleet, ...stacks }, 'media').map((finding): Finding => [fleet.task.taskRole, finding, FILES]),
        [fleet.task.taskRole, tasksOf(fleet), 'A task protects itself, and its id is known only once it runs; the cluster is named.'],
        [fleet.scaling, tasksOf(fleet), 'It looks which tasks run an old revision; their ids are known only once they run.'],
        [fleet.scaling, 'AwsSolutions-IAM5[Resource::*]', 'X-Ray knows no narrower resource; test/cdk asserts that nothing else has it.'],
        ...bucketFindings(fleet),
      ]
    : [];

function bucketFindings(fleet: NonNullable<Stacks['fleet']>): Finding[] {
  const { bucket } = fleet.store;
  if (!bucket) return [];
  return [
    [bucket, 'AwsSolutions-S1', 'Only tasks have access, under one role; who wants each read on record turns on CloudTrail data events.'],
    [
      fleet.task.taskRole,
      `AwsSolutions-IAM5[Resource::<${fleet.getLogicalId(bucket.node.defaultChild as CfnElement)}.Arn>/*]`,
      'Any instance may come to run any session, so it reaches every object of this one bucket.',
    ],
  ];
}
