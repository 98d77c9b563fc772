import { setTimeout as delay } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { MessageView } from '../../../shared/contracts/api/messages.ts';
import type { Scene } from '../scene.ts';
import { postOnce } from './persistently.ts';

const EVERY_MS = 600;
const AT_ONCE = 16; // customers that go on trying while others begin

/** Single messages through the API, from any of our numbers. Ends when all that were begun are accepted. */
export async function sendDirectMessages(scene: Scene, recipients: readonly string[], signal: AbortSignal): Promise<void> {
  const { sessions, records, random } = scene;
  const limit = pLimit(AT_ONCE);
  const sending: Promise<void>[] = [];

  const send = async (number: number, sessionId: string | undefined, to: string): Promise<void> => {
    const text = `direct ${number}`;
    const body = { sessionId, to, type: 'text', text };
    const { id } = await postOnce<MessageView>(scene, '/v1/messages', body, `chaos-direct-${number}`);
    records.direct.push({ id, to, text });
  };
  for (let number = 1; !signal.aborted; number++) {
    const session = sessions[random.between(0, sessions.length - 1)];
    const to = recipients[random.between(0, recipients.length - 1)] ?? '';
    sending.push(limit(send, number, session?.sessionId, to));
    await delay(EVERY_MS);
  }
  await Promise.all(sending);
}
