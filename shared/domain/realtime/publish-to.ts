import type { PublishEvents } from '../webhooks/publish-events.ts';

/** Publishes to all of them, even if one fails; then throws what went wrong, and publishing again is no harm. */
export const publishTo = (...sinks: readonly PublishEvents[]): PublishEvents =>
  async (workspaceId, events) => {
    const results = await Promise.allSettled(sinks.map((publish) => publish(workspaceId, events)));
    const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    if (errors.length === 1) throw errors[0];
    if (errors.length > 1) throw new AggregateError(errors, 'Events were published nowhere');
  };
