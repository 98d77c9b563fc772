import type { PlannedFault } from '../plan.ts';
import type { Scene } from '../scene.ts';
import { persistently } from '../traffic/persistently.ts';
import { pickOf, type Strike } from './fault.ts';

/** Strikes the page of one number; `lasting` ones stay until they are undone. */
const onPage = (kind: string, isLasting: boolean): Strike =>
  async ({ world, sessions }, fault) => {
    const session = pickOf(sessions, fault);
    if (!session) return { skipped: 'no session is linked' };
    await world.phones.fault(session.number, kind);
    return { target: session.sessionId, ...(isLasting && { undo: () => world.phones.heal(session.number) }) };
  };

export const hangPage = onPage('hang', true);
export const silencePage = onPage('silent', true);
export const crashPage = onPage('crash', false);
export const dropPage = onPage('drop', false);
export const contestPage = onPage('conflict', false);
export const coverPage = onPage('modal', false);

const refuse = onPage('outdated', true);

/** A page that is refused is tried again after ten minutes; whoever has put it right says so by a reconnect. */
export const outdatePage: Strike = async (scene, fault) => {
  const struck = await refuse(scene, fault);
  if ('skipped' in struck) return struck;
  return { ...struck, undo: () => putRight(scene, fault, struck.undo) };
};

async function putRight(scene: Scene, fault: PlannedFault, heal: (() => Promise<void> | void) | undefined): Promise<void> {
  await heal?.();
  const session = pickOf(scene.sessions, fault);
  if (session) await persistently(scene, () => scene.world.blazz.post(`/v1/sessions/${session.sessionId}/reconnect`));
}
