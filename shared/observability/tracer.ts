import { Tracer } from '@aws-lambda-powertools/tracer';

/** Switches itself off outside the Lambda service. */
export const tracer = new Tracer({ serviceName: 'blazz' });
