import { isAction, targetOf } from '../../shared/domain/outbox/actions.ts';
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
/**
 * How long a phone that does not answer is asked again before a message is repeated (ADR 0004): longer than it takes to
 * find a connection silent, which is the page's keep-alive three times over.
 */
const PATIENCE: Patience = { forMs: 120_000, everyMs: 5_000 };

export interface Patience {
  readonly forMs: number;
  readonly everyMs: number;
}

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

/** What one look at the messages in doubt has shown. */
export interface Resolution {
  /** WhatsApp does not have them, as far as can be found out: ours now, to be sent under the same wire ids. */
  readonly toSend: readonly OutboundMessage[];
  /** Their chats' phone has not answered: when to look again, in ms; `undefined`: nothing is in doubt any more. */
  readonly askAgainMs: number | undefined;
}

const NO_DOUBT: Resolution = { toSend: [], askAgainMs: undefined };
const isSettled = ({ ack }: Doubt): boolean => ack !== undefined && ack !== 0;
const reportOf = ({ wireId, peer, ack }: Doubt): AckReport => ({ wireId, peer, ack: ack ?? 0 });

/**
 * Finds out about messages that somebody claimed and nobody reported on: the page may know them, else the phone's
 * history may. What WhatsApp has is reported; what the phone does not have is to be sent again under the same wire id
 * (I2). While the phone does not answer nobody knows, so it is asked again for a while before anything is repeated.
 */
export class InDoubt {
  readonly #options: InDoubtOptions;
  readonly #patience: Patience;
  #unansweredSince: number | undefined;

  constructor(options: InDoubtOptions, patience = PATIENCE) {
    this.#options = options;
    this.#patience = patience;
  }

  /** `isFreshPage`: one that has just started sends nothing by itself that it had not sent before; an older one may be about to. */
  async resolve(isFreshPage: boolean): Promise<Resolution> {
    const { sessionId, fencingToken, outbox, receipts, inFlight, log } = this.#options;
    if (isFreshPage) this.#unansweredSince = undefined;
    const isExpected = ({ id }: OutboundMessage): boolean => inFlight.find(wireIdOf(id, sessionId))?.isSent === false;
    const found = (await outbox.listInDoubt(sessionId)).filter((message) => !isExpected(message));
    if (found.length === 0) return NO_DOUBT;
    const adopted = await outbox.adopt(sessionId, fencingToken, found);
    const { doubts, answered } = await lookUp(this.#options, adopted.filter(({ content }) => !isAction(content)), isSettled);
    const settled = doubts.filter(isSettled);
    receipts.onAcks(settled.map(reportOf));
    const inPage = isFreshPage ? [] : doubts.filter(({ ack }) => ack === 0);
    for (const { message, wireId } of inPage) inFlight.add(message, wireId);
    const open = doubts.filter((doubt) => !isSettled(doubt) && !inPage.includes(doubt));
    const { toSend, askAgainMs } = this.#judge(open, answered);
    const actions = adopted.filter((message) => isAction(message.content) && this.#mayBeDone(message, open, toSend));
    log.info({ sessionId, inDoubt: found.length, settled: settled.length, toSend: toSend.length, actions: actions.length, unanswered: open.length - toSend.length }, 'messages in doubt looked up');
    return { toSend: [...toSend, ...actions], askAgainMs };
  }

  #judge(open: readonly Doubt[], answered: ReadonlySet<string>): Resolution {
    const known = open.filter(({ peer }) => answered.has(peer));
    if (known.length === open.length) this.#unansweredSince = undefined;
    else this.#unansweredSince ??= performance.now();
    const isOutOfPatience = this.#unansweredSince !== undefined && performance.now() - this.#unansweredSince >= this.#patience.forMs;
    const toSend = isOutOfPatience ? open : known;
    return { toSend: toSend.map(({ message }) => message), askAgainMs: toSend.length < open.length ? this.#patience.everyMs : undefined };
  }

  /**
   * Nobody can be asked whether an action was done, and it may be done again, unless we did it ourselves just now. It
   * follows the messages that are repeated, as it may be about one of them; while that one is in doubt it waits.
   */
  #mayBeDone({ id, content }: OutboundMessage, open: readonly Doubt[], toSend: readonly OutboundMessage[]): boolean {
    const { sessionId, inFlight } = this.#options;
    if (inFlight.find(wireIdOf(id, sessionId))?.isSent) return false;
    const target = targetOf(content)?.id;
    return !open.some(({ message }) => message.id === target) || toSend.some((message) => message.id === target);
  }
}

/** Makes good the receipts that were lost with the owner before: those the restored page cannot know, the phone does. */
export async function recoverReceipts(options: InDoubtOptions): Promise<void> {
  const sent = await options.outbox.listAwaitingReceipts(options.sessionId, MOST_RECEIPTS);
  const awaiting = sent.filter(({ content }) => !isAction(content));
  if (awaiting.length === 0) return;
  const { doubts } = await lookUp(options, awaiting, ({ ack }) => ack !== undefined);
  options.receipts.onAcks(doubts.filter(isSettled).map(reportOf));
}

interface LookUp {
  readonly doubts: readonly Doubt[];
  /** The chats whose phone has told what it has. */
  readonly answered: ReadonlySet<string>;
}

/** What the page says, after the phone was asked about those that are not `known` to it well enough. */
async function lookUp({ sessionId, client }: InDoubtOptions, messages: readonly OutboundMessage[], isKnown: (doubt: Doubt) => boolean): Promise<LookUp> {
  const asked = messages.map((message) => ({ message, wireId: wireIdOf(message.id, sessionId), peer: message.peer, ack: undefined }));
  const inPage = await withAcks(client, asked);
  const open = inPage.filter((doubt) => !isKnown(doubt));
  if (open.length === 0) return { doubts: inPage, answered: new Set() };
  const answered = await askPhone(client, [...new Set(open.map(({ peer }) => peer))]);
  return { doubts: [...inPage.filter(isKnown), ...(await withAcks(client, open))], answered };
}

async function askPhone(client: InDoubtOptions['client'], peers: readonly string[]): Promise<ReadonlySet<string>> {
  const answered = new Set<string>();
  for (let start = 0; start < peers.length; start += HISTORIES_AT_ONCE) {
    const some = peers.slice(start, start + HISTORIES_AT_ONCE);
    const answers = await Promise.all(some.map((peer) => client.syncHistory(peer, HISTORY_WITHIN_MS).catch(() => false)));
    if (!answers.includes(true)) return answered; // the phone is off: the others would wait in vain
    some.filter((_, i) => answers[i]).forEach((peer) => answered.add(peer));
  }
  return answered;
}

async function withAcks(client: InDoubtOptions['client'], doubts: readonly Doubt[]): Promise<readonly Doubt[]> {
  const acks = await client.acksOf(doubts);
  return doubts.map((doubt, i) => ({ ...doubt, ack: acks[i] }));
}
