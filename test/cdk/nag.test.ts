import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { acknowledgeFindings } from '../../cdk/acknowledged-findings.ts';
import { makeApp, makeStacks } from '../../cdk/blazz-app.ts';
import { makeStage } from './stage-templates.ts';

const outdir = mkdtempSync(join(tmpdir(), 'blazz-nag-'));
afterAll(() => rmSync(outdir, { recursive: true, force: true }));

describe('cdk-nag', () => {
  it.each(['dev', 'prod', 'localstack'])('has nothing to say about %s that we have not answered', (stage) => {
    const stacks = makeStage(stage);
    acknowledgeFindings(stacks);
    const app = App.of(stacks.data);
    expect(new AwsSolutionsChecks().validateScope(app!).violations).toEqual([]);
  });

  it('has nothing to say about sessions in a bucket that we have not answered', () => {
    const stacks = makeStage('prod', { sessionStore: 'remote-auth' });
    acknowledgeFindings(stacks);
    expect(new AwsSolutionsChecks().validateScope(App.of(stacks.data)!).violations).toEqual([]);
  });

  it('does look: an app without our answers has findings', () => {
    const app = App.of(makeStage('dev').data);
    expect(new AwsSolutionsChecks().validateScope(app!).violations).not.toEqual([]);
  });

  it('and CloudFormation accept the templates in a synthesis as `cdk synth` makes it', () => {
    const app = makeApp({ outdir, context: { stage: 'prod', 'aws:cdk:bundling-stacks': [] } });
    acknowledgeFindings(makeStacks(app));
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    expect(() => app.synth()).not.toThrow(); // it throws on any finding left
  });
});
