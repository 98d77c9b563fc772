import type { SessionView } from '../../shared/contracts/api/sessions.ts';
import type { BlazzClient } from './blazz-client.ts';
import type { PhonesClient } from './phones-client.ts';
import { until } from './until.ts';

const LINK_TIMEOUT_MS = 60_000;

/** Waits until a session says `connected`. */
export const connected = (blazz: BlazzClient, sessionId: string, timeoutMs = LINK_TIMEOUT_MS): Promise<SessionView> =>
  until(
    async () => {
      const session = await blazz.session(sessionId);
      return session.status === 'connected' && session;
    },
    { what: `session ${sessionId} to be connected`, timeoutMs },
  );

/** Creates a session, scans its QR with a virtual phone as a person would, and waits until it is connected. */
export async function linkSession(
  blazz: BlazzClient,
  phones: PhonesClient,
  number: string,
  options: Readonly<Record<string, unknown>> = {},
): Promise<SessionView> {
  await phones.register(number);
  const { id } = await blazz.createSession({ name: `Number ${number}`, ...options });
  const { qr } = await until(() => blazz.qr(id), { what: `the QR of ${id}`, timeoutMs: LINK_TIMEOUT_MS });
  await phones.scan(number, qr);
  return connected(blazz, id);
}
