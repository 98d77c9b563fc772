import { until } from '../../../local/client/until.ts';
import { receivedBy } from '../facts/chat-history.ts';
import type { LinkedNumber } from '../records.ts';
import type { Scene } from '../scene.ts';
import { pickOf, type Strike } from './fault.ts';

const ALL_THERE_WITHIN_MS = 30_000;

/**
 * A person removes the device on the phone, and links it again: the watch does that part. What the device had not got
 * by then is gone with it, at WhatsApp too; so nobody writes to the number for a while, and it waits until all is there.
 */
export const unlinkNumber: Strike = async (scene, fault) => {
  const session = pickOf(scene.sessions, fault);
  if (!session || !scene.watch.isConnected(session.sessionId)) return { skipped: 'the session is not connected' };
  const { world, records, watch } = scene;
  records.quiet.add(session.number);
  try {
    if (!(await isAllThere(scene, session))) return { skipped: 'messages for it are still on their way' };
    watch.excuse(session.sessionId);
    records.unlinked.push(session.sessionId);
    await world.phones.unlink(session.number);
    await until(async () => !watch.isExcused(session.sessionId), { what: `${session.sessionId} to be linked again`, timeoutMs: 300_000 });
    return { target: session.sessionId };
  } finally {
    records.quiet.delete(session.number);
  }
};

async function isAllThere({ world, records }: Scene, session: LinkedNumber): Promise<boolean> {
  const wanted = records.written.filter((written) => written.session === session).map(({ text }) => text);
  const isThere = async () => {
    const got = new Set((await receivedBy(world, session).catch(() => [])).map(({ text }) => text));
    return wanted.every((text) => got.has(text));
  };
  return until(isThere, { what: 'its messages', timeoutMs: ALL_THERE_WITHIN_MS, everyMs: 1_000 }).catch(() => false);
}
