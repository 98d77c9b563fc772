import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as z from 'zod';
import type { Deployment, Resource } from '../template/deployment.ts';
import type { FunctionSpec } from './function-sandbox.ts';

const FunctionProperties = z.object({
  Runtime: z.string().optional(),
  Handler: z.string().optional(),
  Code: z.object({ S3Key: z.string().optional() }),
  Timeout: z.number().default(3),
  MemorySize: z.number().default(128),
  ReservedConcurrentExecutions: z.number().optional(),
  Environment: z.object({ Variables: z.record(z.string(), z.coerce.string()).default({}) }).default({ Variables: {} }),
});
type FunctionProperties = z.infer<typeof FunctionProperties>;

/** What a Lambda account grants at first is 1,000; here each one is a thread. */
const MOST_SANDBOXES = 24;

/** Switches of the function's own that whoever runs the host may set in the host's environment. */
const OVERRIDES = ['ALLOW_UNLIMITED_PACING', 'BLAZZ_WEBHOOK_ALLOW_LOOPBACK', 'SCALE_IN_AFTER_SECONDS'];

/** Of what a function declares, the values that this host has its own for. */
const overridesOf = (declared: Readonly<Record<string, string>>, chosen: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.keys(declared).flatMap((name) => {
    const value = chosen[name] ?? (OVERRIDES.includes(name) ? process.env[name] : undefined);
    return value === undefined ? [] : [[name, value]];
  }));

/** The reserved variables of the Lambda runtime. */
const runtimeVariables = (name: string, { MemorySize, Handler }: FunctionProperties, root: string) => ({
  AWS_LAMBDA_FUNCTION_NAME: name,
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(MemorySize),
  AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
  AWS_LAMBDA_LOG_STREAM_NAME: 'local',
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  LAMBDA_TASK_ROOT: root,
  _HANDLER: Handler ?? '',
  TZ: ':UTC',
  POWERTOOLS_TRACE_ENABLED: 'false', // there is no X-Ray daemon to send to
});

export interface FunctionSettings {
  /** Region, credentials and endpoints, as the SDK reads them. */
  readonly aws: Readonly<Record<string, string>>;
  /** Values of this host's own for variables that a function declares. */
  readonly chosen?: Readonly<Record<string, string>>;
}

function specOf(
  { name, arn, properties }: Resource,
  deployment: Deployment,
  { aws, chosen = {} }: FunctionSettings,
): FunctionSpec | undefined {
  const parsed = FunctionProperties.parse(properties);
  if (!parsed.Runtime?.startsWith('nodejs') || parsed.Handler === undefined || parsed.Code.S3Key === undefined) return undefined;
  const root = deployment.assetFolder(parsed.Code.S3Key);
  const dot = parsed.Handler.lastIndexOf('.');
  const variables = parsed.Environment.Variables;
  return {
    bundle: pathToFileURL(join(root, `${parsed.Handler.slice(0, dot)}.mjs`)).href,
    exportName: parsed.Handler.slice(dot + 1),
    functionName: name,
    functionArn: arn,
    memoryMiB: parsed.MemorySize,
    timeoutMs: parsed.Timeout * 1000,
    maxConcurrency: Math.min(parsed.ReservedConcurrentExecutions ?? MOST_SANDBOXES, MOST_SANDBOXES),
    environment: { ...aws, ...runtimeVariables(name, parsed, root), ...variables, ...overridesOf(variables, chosen) },
  };
}

/**
 * The functions of the template that run from an asset as ECMAScript modules; others (helpers CDK adds with inline
 * code) are never invoked here.
 */
export const functionSpecs = (deployment: Deployment, settings: FunctionSettings): readonly FunctionSpec[] =>
  deployment.list('AWS::Lambda::Function').flatMap((resource) => specOf(resource, deployment, settings) ?? []);
