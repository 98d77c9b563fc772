import type { SessionEventBatch } from '../../../shared/contracts/session-events.ts';
import type { Arrivals } from '../../../shared/domain/session-events/arrivals.ts';
import type { ApplyJob } from '../../queue/record-handler.ts';

/** Gives batches that ask for it the place in their session's history in which they came, then applies them. */
export const numberArrivals = (arrivals: Arrivals, apply: ApplyJob<SessionEventBatch>): ApplyJob<SessionEventBatch> =>
  async (batch, delivery) => {
    if (batch.numbered !== 'on-arrival') return apply(batch, delivery);
    const sequence = await arrivals.number(batch.sessionId, batch.fencingToken, batch.sequence);
    await apply({ ...batch, sequence }, delivery);
  };
