import { statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from '@jest/globals';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { makeStage } from './stage-templates.ts';

const MAX_BYTES = 2_000_000; // what a cold start has to read
const LOAD_TIMEOUT_MS = 20_000;

interface FunctionProperties {
  readonly Code: { readonly S3Key: string };
  readonly Handler: string;
  readonly Environment: { readonly Variables: Readonly<Record<string, unknown>> };
}

const { controlPlane, fleet } = makeStage('dev', { 'aws:cdk:bundling-stacks': ['**'] });
const assembly = App.of(controlPlane)!.outdir;
const functions = [controlPlane, fleet!].flatMap((stack) =>
  Object.entries(Template.fromStack(stack).findResources('AWS::Lambda::Function')).map(
    ([id, { Properties }]) => [id, Properties as FunctionProperties] as const,
  ),
);

describe('bundles', () => {
  it.each(functions)('%s loads by itself, with the environment of its function and no package beside it', async (_, properties) => {
    const bundle = join(assembly, `asset.${properties.Code.S3Key.replace('.zip', '')}`, 'index.mjs');
    expect(properties.Handler).toBe('index.handler');
    expect(statSync(bundle).size).toBeLessThan(MAX_BYTES);
    expect(await typeOfHandler(bundle, environmentOf(properties))).toBe('function');
  });
});

const environmentOf = ({ Environment }: FunctionProperties): Record<string, string> =>
  Object.fromEntries(Object.entries(Environment.Variables).map(([name, value]) => [name, textOf(value)]));

/** What is known only at deployment becomes an address that nothing answers. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const join = (value as { readonly 'Fn::Join'?: readonly [string, readonly unknown[]] })['Fn::Join'];
  return join ? join[1].map(textOf).join(join[0]) : 'http://127.0.0.1:9/x';
}

async function typeOfHandler(bundle: string, env: Record<string, string>): Promise<unknown> {
  const load = `import(${JSON.stringify(pathToFileURL(bundle).href)})
    .then(({ handler }) => require('node:worker_threads').parentPort.postMessage(typeof handler))`;
  const worker = new Worker(load, { eval: true, env: { AWS_REGION: 'eu-central-1', ...env } });
  const timeout = setTimeout(() => void worker.terminate(), LOAD_TIMEOUT_MS);
  try {
    return await new Promise((resolve, reject) => {
      worker.once('message', resolve).once('error', reject).once('exit', () => reject(new Error(`${bundle} told nothing`)));
    });
  } finally {
    clearTimeout(timeout);
    await worker.terminate();
  }
}
