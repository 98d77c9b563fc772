import { setTimeout as pause } from 'node:timers/promises';
import type { PacingProfile } from '../../shared/contracts/api/sessions.ts';
import { isAction } from '../../shared/domain/outbox/actions.ts';
import type { OutboundMessage } from '../../shared/domain/outbox/outbound-message.ts';
import type { Outbox } from '../../shared/domain/outbox/outbox.ts';
import type { FleetMetrics } from '../observability/fleet-metrics.ts';
import type { Log } from '../observability/log.ts';
import type { WhatsAppClient } from '../whatsapp/whatsapp-client.ts';
import type { ClaimQueue, NextClaim } from './claim-queue.ts';
import type { InDoubt } from './in-doubt.ts';
import type { InFlight } from './in-flight.ts';
import type { MessageSender } from './message-sender.ts';
import { WakeSignal } from './wake-signal.ts';
import type { WhatsAppRateLimiter } from './whatsapp-rate-limiter.ts';

const INDEX_LAG_MS = 250; // what was just written may not be in the index yet
const BUSY_POLL_MS = 2_000;
const IDLE_POLL_MS = 30_000;
const BACK_OFF = 1.5;
const AFTER_ERROR_MS = 1_000;
/** Until then a new owner can still ask about receipts that were lost with the one before. */
const TIDY_EVERY_MS = 60_000;
const TYPING_MS = { least: 400, most: 2_000, perCharacter: 25 };
const OVERDUE_AFTER_MS = 20_000;
const STALLED_AFTER_MS = 60_000;

export interface OutboxDrainOptions {
  readonly sessionId: string;
  readonly profile: () => PacingProfile;
  readonly queue: ClaimQueue;
  readonly sender: MessageSender;
  readonly limiter: Pick<WhatsAppRateLimiter, 'count'>;
  readonly client: Pick<WhatsAppClient, 'setTyping'>;
  readonly outbox: Pick<Outbox, 'forgetSettledClaims'>;
  readonly inFlight: InFlight;
  readonly inDoubt: Pick<InDoubt, 'resolve'>;
  readonly onFenced: () => void;
  /** WhatsApp has not taken a message in the time it usually takes, or the phone does not answer. */
  readonly onOverdue: () => void;
  /** WhatsApp has not taken messages for too long: the connection is dead, whatever it says. */
  readonly onStalled: (detail: string) => void;
  readonly metrics: Pick<FleetMetrics, 'claimed' | 'outbox'>;
  readonly log: Log;
}

/** Sends what is due, as long as one browser is connected: claims the next batch while the one before is being sent. */
export class OutboxDrain {
  readonly #options: OutboxDrainOptions;
  readonly #wakeSignal = new WakeSignal();
  #isStopping = false;
  #isHeld = false;
  #running: Promise<void> | undefined;
  #pollMs = BUSY_POLL_MS;
  #again: readonly OutboundMessage[] = []; // claimed by us, not handed over yet
  #hasDoubts = true;
  #isFreshPage = true;
  #askAgainAt = 0; // monotonic ms
  #hasClaimed = true;
  #lookAgain = false;
  #tidiedAt = performance.now();

  constructor(options: OutboxDrainOptions) {
    this.#options = options;
  }

  /** May be called again after `hold`. `isReload`: with another page, of which nothing is known yet. */
  start(isReload = false): void {
    this.#isHeld = false;
    if (isReload) {
      this.#hasDoubts = this.#isFreshPage = true;
      this.#askAgainAt = 0;
    }
    this.#wakeSignal.wake();
    this.#running ??= this.#run();
  }

  /** Nothing is handed to the page until `start` is called again. */
  hold(): void {
    this.#isHeld = true;
  }

  wake(): void {
    this.#pollMs = BUSY_POLL_MS;
    this.#lookAgain = true;
    this.#options.queue.forgetLanes();
    this.#wakeSignal.wake();
  }

  /** Ends once what is claimed has been handed over. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#wakeSignal.wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      try {
        await this.#rest(await this.#pass());
      } catch (error) {
        this.#hasDoubts = true; // a claim may have succeeded and its answer been lost
        this.#options.log.warn({ sessionId: this.#options.sessionId, err: error }, 'outbox pass failed');
        await this.#wakeSignal.sleep(AFTER_ERROR_MS);
      }
    }
    this.#options.metrics.outbox.forget(this.#options.sessionId);
  }

  /** Nothing new is sent while something is in doubt: it might be sent a second time. */
  async #pass(): Promise<NextClaim> {
    if (this.#isHeld) return { kind: 'idle' };
    if (this.#hasDoubts) await this.#resolveDoubts();
    if (this.#again.length > 0) await this.#send(this.#again);
    if (this.#hasDoubts || this.#again.length > 0) return { kind: 'wait', ms: AFTER_ERROR_MS };
    return this.#isStopping ? { kind: 'idle' } : this.#sendAllDue();
  }

  async #resolveDoubts(): Promise<void> {
    if (performance.now() < this.#askAgainAt) return;
    const { toSend, askAgainMs } = await this.#options.inDoubt.resolve(this.#isFreshPage);
    const isNew = ({ id }: OutboundMessage): boolean => toSend.every((message) => message.id !== id);
    this.#again = [...this.#again.filter(isNew), ...toSend];
    this.#isFreshPage = false;
    this.#hasDoubts = askAgainMs !== undefined;
    this.#askAgainAt = performance.now() + (askAgainMs ?? 0);
    if (this.#hasDoubts) this.#options.onOverdue();
  }

  async #sendAllDue(): Promise<NextClaim> {
    let claim = await this.#options.queue.next();
    while (claim.kind === 'claimed') {
      this.#hasClaimed = true;
      this.#options.metrics.claimed.inc(claim.messages.length);
      this.#pollMs = BUSY_POLL_MS;
      const upcoming = this.#claimAhead();
      await this.#send(claim.messages);
      claim = await upcoming;
      if (this.#hasDoubts || this.#again.length > 0) return this.#keepForLater(claim);
    }
    if (claim.kind === 'fenced') this.#options.onFenced();
    return claim;
  }

  /** Under pacing each message is claimed when its time has come, so that a pause takes effect on all others. */
  #claimAhead(): Promise<NextClaim> {
    const isPaced = this.#options.profile() !== 'unlimited';
    if (isPaced || this.#isStopping) return Promise.resolve({ kind: 'wait', ms: 0 });
    const next = this.#options.queue.next();
    next.catch(() => undefined); // awaited below, after the send
    return next;
  }

  #keepForLater(claim: NextClaim): NextClaim {
    if (claim.kind !== 'claimed') return claim;
    this.#again = [...this.#again, ...claim.messages];
    return { kind: 'wait', ms: AFTER_ERROR_MS };
  }

  async #send(messages: readonly OutboundMessage[]): Promise<void> {
    if (this.#options.profile() !== 'unlimited') await this.#paceOut(messages);
    const { notSent, unknown } = await this.#options.sender.send(messages);
    this.#again = notSent;
    if (unknown.length > 0) this.#hasDoubts = true;
  }

  /** Counts what is about to leave, and shows the first recipient somebody typing. */
  async #paceOut(messages: readonly OutboundMessage[]): Promise<void> {
    const { profile, limiter, client } = this.#options;
    for (const { peer } of messages.filter(({ content }) => !isAction(content))) await limiter.count(profile(), peer);
    const [first] = messages;
    if (first?.content.type !== 'text') return;
    await client.setTyping(first.peer, true).catch(() => undefined); // only a nicety
    await pause(Math.min(TYPING_MS.most, TYPING_MS.least + TYPING_MS.perCharacter * first.content.text.length));
  }

  async #rest(after: NextClaim): Promise<void> {
    this.#tidy();
    this.#checkStalled();
    if (this.#isStopping) return;
    const ms = after.kind === 'wait' ? Math.min(after.ms, BUSY_POLL_MS) : this.#pollMs;
    const lookAgain = this.#lookAgain;
    this.#lookAgain = false;
    await this.#wakeSignal.sleep(lookAgain ? Math.min(ms, INDEX_LAG_MS) : ms);
    if (after.kind !== 'wait' && !lookAgain) this.#pollMs = Math.min(this.#pollMs * BACK_OFF, IDLE_POLL_MS);
  }

  /** Also looks for messages that nobody knows the fate of any more, whatever the reason. */
  #tidy(): void {
    if (!this.#hasClaimed || performance.now() - this.#tidiedAt < TIDY_EVERY_MS) return;
    this.#tidiedAt = performance.now();
    this.#hasClaimed = false;
    this.#hasDoubts = true;
    const { outbox, sessionId, log } = this.#options;
    outbox.forgetSettledClaims(sessionId).catch((error: unknown) => log.warn({ sessionId, err: error }, 'claim records not tidied'));
  }

  #checkStalled(): void {
    const { inFlight, onOverdue, onStalled } = this.#options;
    if (this.#isHeld || inFlight.overdue(OVERDUE_AFTER_MS).length === 0) return;
    const stalled = inFlight.overdue(STALLED_AFTER_MS).length;
    if (stalled > 0) onStalled(`${stalled} messages not taken within ${STALLED_AFTER_MS / 1_000} s`);
    else onOverdue();
  }
}
