import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { execFile } from 'node:child_process';
import { startDynamo, awsEnvironment } from '../support/dynamodb.ts';
import type { BenchOptions, Measurement, Row } from './measurement.ts';
import { median, round } from './statistics.ts';

const KB = 1_024;
const ROOT = join(import.meta.dirname, '../..');
const CONTEXT = { awsRequestId: 'bench', functionName: 'bench' };
/* What a new execution environment does: start Node, load the bundle, answer one event. */
const FIRST_ANSWER = `
const [, bundle, event, context] = process.argv;
const { handler } = await import(bundle);
const answer = await handler(JSON.parse(event), { ...JSON.parse(context), getRemainingTimeInMillis: () => 10000 });
process.exit(answer.statusCode >= 200 && answer.statusCode < 500 ? 0 : 1);
`;

interface LambdaFunction {
  readonly name: string;
  readonly bundle: string;
  readonly bytes: number;
  readonly environment: Readonly<Record<string, string>>;
}

interface Resource {
  readonly Type: string;
  readonly Properties?: {
    readonly Code?: { readonly S3Key?: string };
    readonly Environment?: { readonly Variables?: Readonly<Record<string, unknown>> };
  };
}

const withoutHash = (logicalId: string): string => logicalId.replace(/[0-9A-F]{8}$/, '');

/** The functions of a synthesized app, with their bundles; values that only a deployment knows get a stand-in. */
async function functionsIn(assembly: string): Promise<readonly LambdaFunction[]> {
  const templates = (await readdir(assembly)).filter((name) => name.endsWith('.template.json'));
  const found: LambdaFunction[] = [];
  for (const template of templates) {
    const { Resources } = JSON.parse(await readFile(join(assembly, template), 'utf8')) as { Resources: Record<string, Resource> };
    for (const [id, resource] of Object.entries(Resources)) {
      const asset = resource.Properties?.Code?.S3Key;
      if (resource.Type !== 'AWS::Lambda::Function' || asset === undefined) continue;
      const bundle = join(assembly, `asset.${asset.replace(/\.zip$/, '')}`, 'index.mjs');
      const variables = Object.entries(resource.Properties?.Environment?.Variables ?? {});
      const environment = Object.fromEntries(
        variables.map(([key, value]) => [key, typeof value === 'string' ? value : key.endsWith('_URL') ? 'http://127.0.0.1:9/q' : 'x']),
      );
      const size = await stat(bundle).catch(() => undefined); // CDK's own functions are no bundles of ours
      if (size) found.push({ name: withoutHash(id), bundle, bytes: size.size, environment });
    }
  }
  return found.toSorted((a, b) => a.name.localeCompare(b.name));
}

const EVENT = {
  httpMethod: 'GET', path: '/v1/sessions', resource: '/v1/sessions', headers: {}, multiValueHeaders: {},
  queryStringParameters: null, multiValueQueryStringParameters: null, pathParameters: null, stageVariables: null,
  body: null, isBase64Encoded: false,
  requestContext: {
    requestId: 'bench', path: '/v1/sessions', httpMethod: 'GET',
    authorizer: { workspaceId: 'wsp_01J0000000000000000000000A', keyId: 'key_01J0000000000000000000000A', scopes: 'sessions:read' },
  },
};

async function firstAnswerMs({ bundle, environment }: LambdaFunction, endpoint: string, tables: Readonly<Record<string, string>>): Promise<number> {
  const startedAt = performance.now();
  const child = spawn(
    process.execPath,
    ['--input-type=module', '-e', FIRST_ANSWER, '--', bundle, JSON.stringify(EVENT), JSON.stringify(CONTEXT)],
    { env: { ...environment, ...tables, ...awsEnvironment(endpoint), POWERTOOLS_TRACE_ENABLED: 'false' }, stdio: 'ignore' },
  );
  const [code] = (await once(child, 'exit')) as [number];
  if (code !== 0) throw new Error(`The sessions function did not answer (exit code ${code})`);
  return performance.now() - startedAt;
}

async function synthesized(): Promise<string> {
  const assembly = await mkdtemp(join(tmpdir(), 'blazz-synth-'));
  await promisify(execFile)(process.execPath, ['cdk/bin/app.ts'], {
    cwd: ROOT,
    env: { ...process.env, CDK_OUTDIR: assembly, CDK_CONTEXT_JSON: JSON.stringify({ stage: 'local' }) },
  });
  return assembly;
}

async function measure({ repeat, progress }: BenchOptions): Promise<readonly Row[]> {
  progress('synthesizing');
  const assembly = await synthesized();
  const dynamo = await startDynamo();
  try {
    const functions = await functionsIn(assembly);
    const sessions = functions.find(({ name }) => name === 'SessionsApi');
    if (!sessions) throw new Error('The template has no sessions function');
    const tables = { CORE_TABLE: dynamo.tables.core, REGISTRY_TABLE: dynamo.tables.registry };
    const times: number[] = [];
    for (let n = 0; n < Math.max(5, repeat); n++) times.push(await firstAnswerMs(sessions, dynamo.endpoint, tables));
    return [
      ...functions.map(({ name, bytes }) => ({ what: name, figures: { 'bundle KB, minified': Math.round(bytes / KB) } })),
      { what: 'GET /v1/sessions, from process start to the first answer', figures: { 'ms, median': round(median(times), 0) } },
    ];
  } finally {
    await dynamo.stop();
    await rm(assembly, { recursive: true, force: true });
  }
}

export const lambdaStart: Measurement = { name: 'lambdas', title: 'Lambda bundles and cold start', run: measure };
