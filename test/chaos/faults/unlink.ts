import { until } from '../../../local/client/until.ts';
import { receivedBy } from '../facts/chat-history.ts';
import type { LinkedNumber } from '../records.ts';
import type { Scene } from '../scene.ts';
import { pickOf, type Strike } from './fault.ts';

const ALL_THERE_WITHIN_MS = 30_000;
const RELINKED_WITHIN_MS = 300_000; // events of the session may have to wait for a visibility timeout

/**
 * A person removes the device on the phone, and links it again: the watch does that part. What the device had not got
 * by then is gone with it, at WhatsApp too; so nobody writes to the number for a while, and it waits until all is there.
 */
export const unlinkNumber: Strike = async (scene, fault) => {
  const session = pickOf(scene.sessions, fault);
  if (!session || !scene.watch.isConnected(session.sessionId)) return { skipped: 'the session is not connected' };
  const { world, records, watch } = scene;
  const { sessionId, number } = session;
  records.quiet.add(number);
  const speakAgain = () => void records.quiet.delete(number);
  if (!(await isAllThere(scene, session))) {
    speakAgain();
    return { skipped: 'messages for it are still on their way' };
  }
  watch.excuse(sessionId);
  records.unlinked.push(sessionId);
  await world.phones.unlink(number);
  const relinked = until(async () => !watch.isExcused(sessionId), { what: `${sessionId} to be linked again`, timeoutMs: RELINKED_WITHIN_MS });
  return { target: sessionId, ending: relinked.then(speakAgain) };
};

async function isAllThere({ world, records }: Scene, session: LinkedNumber): Promise<boolean> {
  const wanted = records.written.filter((written) => written.session === session).map(({ text }) => text);
  const isThere = async () => {
    const got = new Set((await receivedBy(world, session).catch(() => [])).map(({ text }) => text));
    return wanted.every((text) => got.has(text));
  };
  return until(isThere, { what: 'its messages', timeoutMs: ALL_THERE_WITHIN_MS, everyMs: 1_000 }).catch(() => false);
}
