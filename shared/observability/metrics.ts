import { Metrics } from '@aws-lambda-powertools/metrics';

/** Counts that CloudWatch reads out of the log. */
export const metrics = new Metrics({ namespace: 'Blazz', serviceName: 'blazz' });

const publish = (): void => {
  if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
};

/** As middy middleware: one line an invocation that has any. Powertools' own warns at every invocation without. */
export const publishMetrics = { after: publish, onError: publish };
