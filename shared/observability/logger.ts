import { Logger } from '@aws-lambda-powertools/logger';

/** Structured logs of the Lambdas. Ids and names only: no bodies, phone numbers or tokens. */
export const logger = new Logger({ serviceName: 'blazz' });
