import type { Outbox } from '../../shared/domain/outbox/outbox.ts';

/** Whether a session has something to send now. Two reads when it has no campaign. */
export async function hasDueMessages(outbox: Pick<Outbox, 'listDue' | 'listLanes'>, sessionId: string): Promise<boolean> {
  const lanes = [{ sessionId, campaignId: null }, ...(await outbox.listLanes(sessionId))];
  for (const lane of lanes) {
    if ((await outbox.listDue(lane, Date.now(), 1)).length > 0) return true;
  }
  return false;
}

/** Whether messages were claimed and nobody has said yet what became of them. */
export const hasDoubts = async (outbox: Pick<Outbox, 'listInDoubt'>, sessionId: string): Promise<boolean> =>
  (await outbox.listInDoubt(sessionId)).length > 0;
