import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { MessageContent } from '../../shared/contracts/message.ts';
import type { WhatsAppClient } from '../whatsapp/whatsapp-client.ts';

const TAKEN_WITHIN_MS = 15_000;
const LOOK_EVERY_MS = 500;

/** A form that no message id of ours leads to, so that its receipts are nobody's. */
const probeId = (): string => `3EB0${randomBytes(8).toString('hex').toUpperCase()}`;

const TEXT: MessageContent = { type: 'text', text: '✓' };

/** Sends the number a message to itself. `false`: WhatsApp did not take it in time. */
export async function probeSelf(
  client: Pick<WhatsAppClient, 'send' | 'acksOf'>,
  phoneNumber: string,
  notAfterMs: number,
  content: MessageContent = TEXT,
): Promise<boolean> {
  const probe = { wireId: probeId(), peer: phoneNumber, content, replyTo: null };
  const [sent] = await client.send([probe], notAfterMs);
  if (sent?.outcome === 'not-sent') return true; // we may not send just now: that says nothing
  if (sent?.outcome !== 'accepted') return false;
  const deadline = performance.now() + TAKEN_WITHIN_MS;
  while (performance.now() < deadline) {
    const [ack] = await client.acksOf([probe]);
    if (ack !== undefined && ack !== 0) return ack > 0;
    await pause(LOOK_EVERY_MS);
  }
  return false;
}
