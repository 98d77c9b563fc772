import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Template } from 'aws-cdk-lib/assertions';
import { App, Stack } from 'aws-cdk-lib';
import { STAGE_NAMES, stageSettings } from '../../cdk/stages.ts';
import { makeStage } from './stage-templates.ts';

const REPOSITORY = join(import.meta.dirname, '../..');
const settingsOf = (context: Readonly<Record<string, unknown>>) => stageSettings({ get: (name) => context[name] });
const stacksOf = (stage: string): Stack[] => App.of(makeStage(stage).data)!.node.children.filter((child) => Stack.isStack(child));

describe('stages', () => {
  it('default to dev', () => expect(settingsOf({}).name).toBe('dev'));

  it('refuse a name or value they do not know, and say what they do', () => {
    expect(() => settingsOf({ stage: 'production' })).toThrow('dev|prod|local|localstack');
    expect(() => settingsOf({ sessionStore: 's3' })).toThrow('efs-snapshot|local-auth|remote-auth');
    expect(() => settingsOf({ webhookAllowLoopback: 'yes' })).toThrow('webhookAllowLoopback must be true or false');
  });

  it('allow what is unsafe only where it is asked for', () => {
    for (const stage of STAGE_NAMES) expect(settingsOf({ stage }).webhookAllowLoopback).toBe(false);
    expect(settingsOf({ stage: 'prod' }).allowUnlimitedPacing).toBe(false);
    expect(settingsOf({ stage: 'local' }).allowUnlimitedPacing).toBe(true);
    expect(settingsOf({ stage: 'local', webhookAllowLoopback: 'true' }).webhookAllowLoopback).toBe(true);
  });

  it('need no account to be synthesized', () => {
    for (const stage of STAGE_NAMES) {
      const assembly = App.of(makeStage(stage).data)!;
      expect((assembly as App).synth().manifest.missing ?? []).toEqual([]);
    }
  });

  it('on LocalStack keep to what its free tier has', () => {
    const types = stacksOf('localstack').flatMap((stack) =>
      Object.values(Template.fromStack(stack).toJSON()['Resources'] as Record<string, { Type: string }>).map(({ Type }) => Type),
    );
    expect(types.filter((type) => /::(EC2|ECS|ECR|EFS|Cognito|CloudFront|ApiGatewayV2)::/.test(type))).toEqual([]);
    expect(types).toContain('AWS::ApiGateway::RestApi');
  });
});

describe('alarms', () => {
  const alarms = stacksOf('dev').flatMap((stack) =>
    Object.entries(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm')),
  );

  it.each(alarms.map(([id, { Properties }]) => [id, Properties as Record<string, unknown>] as const))(
    '%s tells somebody and leads to a runbook',
    (_, { AlarmDescription, AlarmActions }) => {
      const page = /docs\/runbooks\/[\w-]+\.md/.exec(String(AlarmDescription))?.[0];
      expect(existsSync(join(REPOSITORY, page ?? 'missing'))).toBe(true);
      expect(AlarmActions).toHaveLength(1);
    },
  );
});
