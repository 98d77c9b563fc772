import type { MiddlewareObj } from '@middy/core';
import * as z from 'zod';
import { loadConfig } from '../config/load-config.ts';

/** Where Lambda tells that X-Ray listens. */
const TracingEnv = z.object({ AWS_XRAY_DAEMON_ADDRESS: z.string().optional() });

const NO_TRACING: MiddlewareObj = { before: () => undefined };

/**
 * Traces invocations, without what they answer. X-Ray's SDK is loaded only where its daemon is: merely loading it hooks
 * into every promise of the process, which costs a request a fifth of its time.
 */
async function loadTracing(): Promise<MiddlewareObj> {
  if (loadConfig(TracingEnv).AWS_XRAY_DAEMON_ADDRESS === undefined) return NO_TRACING;
  const [{ Tracer }, { captureLambdaHandler }] = await Promise.all([
    import('@aws-lambda-powertools/tracer'),
    import('@aws-lambda-powertools/tracer/middleware'),
  ]);
  return captureLambdaHandler(new Tracer({ serviceName: 'blazz' }), { captureResponse: false });
}

export const tracing: MiddlewareObj = await loadTracing();
