import { describe, expect, it } from '@jest/globals';
import type { Template } from 'aws-cdk-lib/assertions';
import { makeStage, templatesOf } from './stage-templates.ts';

const { controlPlane, fleet } = templatesOf(makeStage('dev'));

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
}
interface Policy {
  readonly PolicyDocument: { readonly Statement: Statement[] };
  readonly Roles: { Ref: string }[];
}

const list = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);
const withoutHash = (id: string): string => id.replace(/[0-9A-F]{8}$/, '');

const policiesOf = (template: Template): [role: string, Statement[]][] =>
  Object.values(template.findResources('AWS::IAM::Policy')).map(({ Properties }) => {
    const { PolicyDocument, Roles } = Properties as Policy;
    return [Roles.map(({ Ref }) => withoutHash(Ref)).join(), PolicyDocument.Statement];
  });

/** Actions the role may do to what `resource` matches, as the template writes it. */
const actionsOn = (template: Template, role: string, resource: RegExp): string[] =>
  policiesOf(template)
    .filter(([name]) => name === role)
    .flatMap(([, statements]) => statements)
    .filter((statement) => resource.test(JSON.stringify(statement.Resource)))
    .flatMap((statement) => list(statement.Action))
    .sort();

const EVERYWHERE = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
  'ecr:GetAuthorizationToken',
  'xray:PutTelemetryRecords',
  'xray:PutTraceSegments',
];
const WRITES = /PutItem|UpdateItem|DeleteItem|BatchWriteItem|PartiQL(Insert|Update|Delete)/;

describe('roles', () => {
  const statements = [...policiesOf(controlPlane), ...policiesOf(fleet)].flatMap(([, all]) => all);

  it('may do to every resource only what knows no narrower one', () => {
    const everywhere = statements.filter(({ Resource }) => Resource === '*').flatMap(({ Action }) => list(Action));
    expect([...new Set(everywhere)].sort()).toEqual(EVERYWHERE);
  });

  it('name each action', () => {
    expect(statements.flatMap(({ Action }) => list(Action)).filter((action) => action.includes('*'))).toEqual([]);
  });

  it('may neither scan a table nor change one', () => {
    const actions = statements.flatMap(({ Action }) => list(Action)).filter((action) => action.startsWith('dynamodb:'));
    expect(actions.filter((action) => /Scan|Table|Backup|Stream/.test(action))).toEqual([]);
  });

  it.each(['AuthorizerRole', 'SystemApiRole', 'SessionsApiRole', 'InstancesApiRole', 'ApiKeysApiRole', 'WebhooksApiRole', 'SendingPolicyApiRole', 'OperationsApiRole', 'WebsocketPushesRole', 'DropSilentConnectionsRole', 'CampaignStatsRole'])(
    '%s reads no message',
    (role) => expect(actionsOn(controlPlane, role, /MessagesTable/)).toEqual([]),
  );

  it.each([
    ['SystemApiRole', /CoreTable/],
    ['SystemApiRole', /RegistryTable/],
    ['SessionsApiRole', /RegistryTable/],
    ['MessagesApiRole', /RegistryTable/],
    ['ContactsApiRole', /RegistryTable/],
    ['InstancesApiRole', /CoreTable/],
    ['ConnectionsRole', /MessagesTable/],
  ])('%s only reads %s', (role, table) => {
    const actions = actionsOn(controlPlane, role, table);
    expect(actions).toContain('dynamodb:GetItem');
    expect(actions.filter((action) => WRITES.test(action))).toEqual([]);
  });

  it('let operators count and put back what is dead, and take nothing from a queue itself', () => {
    expect(actionsOn(controlPlane, 'OperationsApiRole', /JobsLowQueue/)).toEqual(['sqs:GetQueueAttributes', 'sqs:SendMessage']);
    expect(actionsOn(controlPlane, 'OperationsApiRole', /JobsLowDeadLetters/)).toEqual(['sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ReceiveMessage']);
    expect(actionsOn(controlPlane, 'OperationsApiRole', /CoreTable/).filter((action) => WRITES.test(action))).toEqual([]);
  });

  it('let who takes events from outside read and put single items, and send to one queue', () => {
    expect(actionsOn(controlPlane, 'IngestWebjsApiRole', /CoreTable/)).toEqual(['dynamodb:GetItem', 'dynamodb:PutItem']);
    expect(actionsOn(controlPlane, 'IngestWebjsApiRole', /SessionEventsQueue/)).toEqual(['sqs:SendMessage']);
    expect(actionsOn(controlPlane, 'IngestWebjsApiRole', /MessagesTable|RegistryTable|NudgeSecret|Jobs|WebhookDeliveries/)).toEqual([]);
  });

  it.each(['AuthorizerRole', 'SystemApiRole', 'ApiKeysApiRole', 'WebhooksApiRole', 'IngestWebjsApiRole', 'SessionEventsRole', 'ContactImportsRole', 'WebhookDeliveriesRole', 'MetaSendsRole', 'SendingPolicyApiRole'])(
    '%s cannot read the secret that signs nudges',
    (role) => expect(actionsOn(controlPlane, role, /NudgeSecret/)).toEqual([]),
  );

  it('let only what talks to sockets post to them, and close them, on this API alone', () => {
    const of = (method: string) =>
      policiesOf(controlPlane)
        .filter(([, all]) => all.some(({ Resource }) => new RegExp(`Realtime.*/live/${method}/@connections/`).test(JSON.stringify(Resource))))
        .map(([role]) => role)
        .sort();
    expect(of('POST')).toEqual(['ConnectionsRole', 'WebsocketPushesRole']);
    expect(of('DELETE')).toEqual(['ConnectionsRole', 'DropSilentConnectionsRole', 'WebsocketPushesRole']);
    const granted = statements.filter(({ Action }) => list(Action).includes('execute-api:ManageConnections'));
    expect(granted.filter(({ Resource }) => !JSON.stringify(Resource).includes('Realtime'))).toEqual([]);
  });

  it.each<[Template, string, string[], string[]]>([
    [controlPlane, 'MediaApiRole', ['s3:GetObject', 's3:PutObject'], ['s3:GetObject']],
    [controlPlane, 'MessagesApiRole', ['s3:GetObject'], ['s3:GetObject', 's3:PutObject']],
    [controlPlane, 'ChatsApiRole', ['s3:GetObject'], ['s3:GetObject', 's3:PutObject']],
    [controlPlane, 'CampaignsApiRole', ['s3:GetObject'], ['s3:GetObject', 's3:PutObject']],
    [controlPlane, 'SessionEventsRole', [], ['s3:GetObject']],
    [controlPlane, 'MetaSendsRole', [], ['s3:GetObject', 's3:PutObject']],
    [controlPlane, 'CampaignJobsRole', [], []],
    [controlPlane, 'WebhookDeliveriesRole', [], []],
    [controlPlane, 'SystemApiRole', [], []],
    [fleet, 'TaskTaskRole', [], ['s3:GetObject', 's3:PutObject']],
  ])('%# %s does with files what it needs', (template, role, uploads, media) => {
    expect(actionsOn(template, role, /MediaBucket.*uploads/)).toEqual(uploads);
    expect(actionsOn(template, role, /MediaBucket.*media[/]/)).toEqual(media);
    expect(actionsOn(template, role, /MediaBucket/).filter((action) => /Delete|Acl|Policy/.test(action))).toEqual([]);
  });

  it('let who takes webhooks of Meta read the table, send to one queue, and open no credentials', () => {
    expect(actionsOn(controlPlane, 'MetaIngestApiRole', /CoreTable/).filter((action) => WRITES.test(action))).toEqual([]);
    expect(actionsOn(controlPlane, 'MetaIngestApiRole', /SessionEventsQueue/)).toEqual(['sqs:SendMessage']);
    expect(actionsOn(controlPlane, 'MetaIngestApiRole', /MetaAppSecret/)).toEqual(['secretsmanager:GetSecretValue']);
    expect(actionsOn(controlPlane, 'MetaIngestApiRole', /MessagesTable|RegistryTable|NudgeSecret|CredentialsKey|WebhookDeliveries/)).toEqual([]);
  });

  it('let who makes sessions seal access tokens, and who needs them open them', () => {
    const holders = policiesOf(controlPlane).map(([role]) => [role, actionsOn(controlPlane, role, /CredentialsKey/)] as const).filter(([, actions]) => actions.length > 0);
    expect(Object.fromEntries(holders)).toEqual({ SessionsApiRole: ['kms:Decrypt', 'kms:GenerateDataKey'], TemplatesApiRole: ['kms:Decrypt'], MetaSendsRole: ['kms:Decrypt'] });
    expect(JSON.stringify(policiesOf(fleet))).not.toContain('CredentialsKey');
  });

  it('let instances alone open snapshots', () => {
    expect(actionsOn(fleet, 'TaskTaskRole', /SnapshotKey/)).toEqual(expect.arrayContaining(['kms:Decrypt', 'kms:GenerateDataKey']));
    expect(JSON.stringify(policiesOf(controlPlane))).not.toContain('SnapshotKey');
  });

  it('let an instance send session events, and receive from no queue', () => {
    expect(actionsOn(fleet, 'TaskTaskRole', /SessionEventsQueue/)).toContain('sqs:SendMessage');
    const actions = policiesOf(fleet).flatMap(([, all]) => all).flatMap(({ Action }) => list(Action));
    expect(actions.filter((action) => /^sqs:(Receive|Delete|Purge)/.test(action))).toEqual([]);
  });
});
