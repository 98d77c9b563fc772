import type { QueueView } from '../../../shared/contracts/api/queues.ts';
import type { queueRoutes } from '../../../shared/contracts/api/routes/queues.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import type { TakenNote, TakenNotes } from '../../../shared/domain/queues/taken-notes.ts';
import type { QueueState, WorkQueues } from '../../../shared/domain/queues/work-queues.ts';
import type { Operation } from '../../http/api-request.ts';

export const makeListQueues =
  (queues: Pick<WorkQueues, 'list'>, notes: Pick<TakenNotes, 'find'>): Operation<typeof queueRoutes.listQueues> =>
  async () => {
    const states = await queues.list();
    const noted = await notes.find(states.map(({ name }) => name));
    return { status: 200, body: { data: states.map((state) => viewOf(state, noted.get(state.name))), nextCursor: null } };
  };

export const makeRedriveQueue =
  (queues: Pick<WorkQueues, 'redrive'>): Operation<typeof queueRoutes.redriveQueue> =>
  async ({ params: { name }, body: { most } }) => {
    const redriven = await queues.redrive(name, most);
    if (!redriven) throw new DomainError('not-found', 'queue_not_found', `No queue ${name}. GET /v1/operations/queues lists them.`);
    return { status: 200, body: redriven };
  };

const viewOf = (state: QueueState, noted: TakenNote | undefined): QueueView => ({
  ...state,
  waitedSeconds: noted ? noted.waitedMs / 1_000 : null,
  lastTakenAt: noted ? new Date(noted.at).toISOString() : null,
});
