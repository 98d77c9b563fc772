import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import { Template } from 'aws-cdk-lib/assertions';
import { makeApp, makeStacks, type Stacks } from '../../cdk/blazz-app.ts';

export interface StageTemplates {
  readonly stacks: Stacks;
  readonly data: Template;
  readonly controlPlane: Template;
  readonly fleet: Template;
  readonly network: Template;
}

const assemblies = mkdtempSync(join(tmpdir(), 'blazz-cdk-'));
afterAll(() => rmSync(assemblies, { recursive: true, force: true }));

/** Synthesizes a stage without its bundles, into a folder that goes with the test file. */
export function makeStage(stage: string, context: Readonly<Record<string, unknown>> = {}): Stacks {
  const outdir = mkdtempSync(join(assemblies, 'app-'));
  const app = makeApp({
    outdir,
    builtinCloudFormationValidation: false, // two seconds a test file; nag.test.ts has it on
    context: { stage, 'aws:cdk:bundling-stacks': [], ...context },
  });
  return makeStacks(app);
}

/** The templates of a stage that has a fleet. */
export function templatesOf(stacks: Stacks): StageTemplates {
  const { data, controlPlane, fleet, network } = stacks;
  if (!fleet || !network) throw new Error(`Stage ${stacks.settings.name} has no fleet`);
  return {
    stacks,
    data: Template.fromStack(data),
    controlPlane: Template.fromStack(controlPlane),
    fleet: Template.fromStack(fleet),
    network: Template.fromStack(network),
  };
}
