import { describe, expect, it } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import type * as z from 'zod';
import * as env from '../../shared/config/control-plane-env.ts';
import { makeStage, templatesOf } from './stage-templates.ts';

const { controlPlane } = templatesOf(makeStage('dev'));
const local = templatesOf(makeStage('local', { webhookAllowLoopback: 'true' })).controlPlane;

interface FunctionProperties {
  readonly Environment: { readonly Variables: Readonly<Record<string, unknown>> };
  readonly Timeout: number;
  readonly VpcConfig?: unknown;
}

const functionsOf = (template: typeof controlPlane): [string, FunctionProperties][] =>
  Object.entries(template.findResources('AWS::Lambda::Function')).map(([id, { Properties }]) => [
    id.replace(/[0-9A-F]{8}$/, ''),
    Properties as FunctionProperties,
  ]);

const SCHEMAS: Readonly<Record<string, z.ZodObject>> = {
  Authorizer: env.AuthorizerEnv,
  SystemApi: env.SystemApiEnv,
  SessionsApi: env.SessionsApiEnv,
  MessagesApi: env.MessagesApiEnv,
  ChatsApi: env.ChatsApiEnv,
  ContactsApi: env.ContactsApiEnv,
  MediaApi: env.MediaApiEnv,
  CampaignsApi: env.CampaignsApiEnv,
  WebhooksApi: env.WebhooksApiEnv,
  InstancesApi: env.InstancesApiEnv,
  OperationsApi: env.OperationsApiEnv,
  IngestWebjsApi: env.IngestWebjsApiEnv,
  TemplatesApi: env.TemplatesApiEnv,
  MetaIngestApi: env.MetaIngestEnv,
  ApiKeysApi: env.ApiKeysApiEnv,
  SendingPolicyApi: env.SendingPolicyApiEnv,
  SessionEvents: env.SessionEventsEnv,
  JobsCritical: env.JobsEnv,
  JobsHigh: env.JobsEnv,
  JobsDefault: env.JobsEnv,
  JobsLow: env.JobsEnv,
  ContactImports: env.ContactImportsEnv,
  WebhookDeliveries: env.WebhookDeliveriesEnv,
  CampaignStats: env.CampaignStatsEnv,
  WebsocketPushes: env.WebsocketPushesEnv,
  Connections: env.ConnectionsEnv,
  DropSilentConnections: env.DropSilentConnectionsEnv,
  MetaSends: env.MetaSendsEnv,
  ReassignSessions: env.ReassignSessionsEnv,
  RequeueWork: env.RequeueWorkEnv,
  CleanUpSessions: env.CleanUpSessionsEnv,
};

describe('functions', () => {
  const functions = functionsOf(controlPlane);

  it('are one an entry, each with exactly the environment its schema names', () => {
    const keys = Object.fromEntries(functions.map(([id, { Environment }]) => [id, Object.keys(Environment.Variables).sort()]));
    const expected = Object.entries(SCHEMAS).map(([id, schema]) => [id, Object.keys(schema.shape).sort()]);
    expect(keys).toEqual(Object.fromEntries(expected));
  });

  it('run on Node 24 and ARM, are traced, and log to a group of their own', () => {
    controlPlane.allResourcesProperties('AWS::Lambda::Function', {
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      TracingConfig: { Mode: 'Active' },
      LoggingConfig: { LogGroup: Match.anyValue() },
    });
    controlPlane.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 14, KmsKeyId: Match.anyValue() });
  });

  it('run in the network of the fleet if they nudge it, and only then', () => {
    const inside = functions.filter(([, { VpcConfig }]) => VpcConfig).map(([id]) => id);
    const nudging = functions.filter(([, { Environment }]) => 'NUDGE_SECRET_ARN' in Environment.Variables);
    expect(inside).toEqual(nudging.map(([id]) => id));
    expect(inside).not.toContain('WebhookDeliveries'); // its targets are chosen by others
  });

  it('end before API Gateway gives up', () => {
    for (const [id, { Timeout }] of functions.filter(([name]) => name.endsWith('Api'))) {
      expect([id, Timeout < 29]).toEqual([id, true]);
    }
  });

  it('neither lift pacing nor call loopback addresses, but where the stage says so', () => {
    const flags = (template: typeof controlPlane, key: string) =>
      new Set(functionsOf(template).flatMap(([, { Environment }]) => Environment.Variables[key] ?? []));
    expect(flags(controlPlane, 'ALLOW_UNLIMITED_PACING')).toEqual(new Set(['false']));
    expect(flags(controlPlane, 'BLAZZ_WEBHOOK_ALLOW_LOOPBACK')).toEqual(new Set(['false']));
    expect(flags(local, 'ALLOW_UNLIMITED_PACING')).toEqual(new Set(['true']));
    expect(flags(local, 'BLAZZ_WEBHOOK_ALLOW_LOOPBACK')).toEqual(new Set(['true']));
  });
});

describe('queues and schedules', () => {
  it('feed each consumer and let a batch fail in part', () => {
    controlPlane.resourceCountIs('AWS::Lambda::EventSourceMapping', 10);
    controlPlane.allResourcesProperties('AWS::Lambda::EventSourceMapping', {
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });

  it('look after lost work once a minute, and clean up once an hour', () => {
    const rules = Object.entries(controlPlane.findResources('AWS::Events::Rule'));
    expect(Object.fromEntries(rules.map(([id, { Properties }]) => [id.replace(/[0-9A-F]{8}$/, ''), `${Properties.ScheduleExpression} ${Properties.State}`]))).toEqual({
      ReassignSessionsEveryMinute: 'rate(1 minute) ENABLED',
      RequeueWorkEveryMinute: 'rate(1 minute) ENABLED',
      DropSilentConnectionsEveryMinute: 'rate(1 minute) ENABLED',
      CleanUpSessionsEveryHour: 'rate(1 hour) ENABLED',
    });
  });
});

describe('the WebSocket API', () => {
  it('takes its routes to one function, is throttled, and logs ids only', () => {
    const routes = Object.values(controlPlane.findResources('AWS::ApiGatewayV2::Route')).map(({ Properties }) => String(Properties.RouteKey));
    expect(routes.sort()).toEqual(['$connect', '$default', '$disconnect']);
    controlPlane.hasResource('AWS::ApiGatewayV2::Stage', {
      Properties: {
        StageName: 'live',
        DefaultRouteSettings: { ThrottlingRateLimit: 200, ThrottlingBurstLimit: 400 },
        AccessLogSettings: { DestinationArn: Match.anyValue(), Format: Match.not(Match.stringLikeRegexp('query|body|sourceIp|token')) },
      },
      DependsOn: Match.arrayWith([Match.stringLikeRegexp('Account')]),
    });
  });

  it('tells its address', () => {
    controlPlane.hasOutput('RealtimeUrl', {});
  });
});
