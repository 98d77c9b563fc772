import type { OutboundMessage } from '../../shared/domain/outbox/outbound-message.ts';
import type { Outbox } from '../../shared/domain/outbox/outbox.ts';
import { wireIdOf } from '../../shared/identity/message-identity.ts';
import type { Log } from '../observability/log.ts';
import type { Ack, AckReport, WhatsAppClient } from '../whatsapp/whatsapp-client.ts';
import type { InFlight } from './in-flight.ts';
import type { Receipts } from './receipts.ts';

const HISTORY_WITHIN_MS = 5_000;
const HISTORIES_AT_ONCE = 100;
const MOST_RECEIPTS = 500;

export interface InDoubtOptions {
  readonly sessionId: string;
  readonly fencingToken: number;
  readonly client: Pick<WhatsAppClient, 'acksOf' | 'syncHistory'>;
  readonly outbox: Pick<Outbox, 'listInDoubt' | 'listAwaitingReceipts' | 'adopt'>;
  readonly receipts: Receipts;
  readonly inFlight: InFlight;
  readonly log: Log;
}

interface Doubt {
  readonly message: OutboundMessage;
  readonly wireId: string;
  readonly peer: string;
  readonly ack: Ack | undefined;
}

const isSettled = ({ ack }: Doubt): boolean => ack !== undefined && ack !== 0;
const reportOf = ({ wireId, peer, ack }: Doubt): AckReport => ({ wireId, peer, ack: ack ?? 0 });

/**
 * Finds out about messages that somebody claimed and nobody reported on: the page may know them, else the phone's
 * history may. What WhatsApp has is reported; the rest comes back, ours now, to be sent under the same wire ids (I2).
 *
 * `isFreshPage`: one that has just started sends nothing by itself that it had not sent before; an older one may be about to.
 */
export async function resolveInDoubt(options: InDoubtOptions, isFreshPage: boolean): Promise<readonly OutboundMessage[]> {
  const { sessionId, fencingToken, outbox, receipts, inFlight, log } = options;
  const isExpected = ({ id }: OutboundMessage): boolean => inFlight.find(wireIdOf(id, sessionId))?.isSent === false;
  const found = (await outbox.listInDoubt(sessionId)).filter((message) => !isExpected(message));
  if (found.length === 0) return [];
  const doubts = await lookUp(options, await outbox.adopt(sessionId, fencingToken, found), isSettled);
  const settled = doubts.filter(isSettled);
  receipts.onAcks(settled.map(reportOf));
  const inPage = isFreshPage ? [] : doubts.filter(({ ack }) => ack === 0);
  for (const { message, wireId } of inPage) inFlight.add(message, wireId);
  const open = doubts.filter((doubt) => !isSettled(doubt) && !inPage.includes(doubt));
  log.info({ sessionId, inDoubt: found.length, settled: settled.length, toSend: open.length }, 'messages in doubt resolved');
  return open.map(({ message }) => message);
}

/** Makes good the receipts that were lost with the owner before: those the restored page cannot know, the phone does. */
export async function recoverReceipts(options: InDoubtOptions): Promise<void> {
  const awaiting = await options.outbox.listAwaitingReceipts(options.sessionId, MOST_RECEIPTS);
  if (awaiting.length === 0) return;
  const known = await lookUp(options, awaiting, ({ ack }) => ack !== undefined);
  options.receipts.onAcks(known.filter(isSettled).map(reportOf));
}

/** What the page says, after the phone was asked about those that are not `known` to it well enough. */
async function lookUp({ sessionId, client }: InDoubtOptions, messages: readonly OutboundMessage[], isKnown: (doubt: Doubt) => boolean): Promise<readonly Doubt[]> {
  const doubts = messages.map((message) => ({ message, wireId: wireIdOf(message.id, sessionId), peer: message.peer, ack: undefined }));
  const inPage = await withAcks(client, doubts);
  const open = inPage.filter((doubt) => !isKnown(doubt));
  if (open.length === 0) return inPage;
  await askPhone(client, [...new Set(open.map(({ peer }) => peer))]);
  return [...inPage.filter(isKnown), ...(await withAcks(client, open))];
}

async function askPhone(client: InDoubtOptions['client'], peers: readonly string[]): Promise<void> {
  for (let start = 0; start < peers.length; start += HISTORIES_AT_ONCE) {
    const answers = await Promise.all(peers.slice(start, start + HISTORIES_AT_ONCE).map((peer) => client.syncHistory(peer, HISTORY_WITHIN_MS).catch(() => false)));
    if (!answers.includes(true)) return; // the phone is off: the others would wait in vain
  }
}

async function withAcks(client: InDoubtOptions['client'], doubts: readonly Doubt[]): Promise<readonly Doubt[]> {
  const acks = await client.acksOf(doubts);
  return doubts.map((doubt, i) => ({ ...doubt, ack: acks[i] }));
}
