import type { PacingProfile } from '../../shared/contracts/api/sessions.ts';
import { isAction } from '../../shared/domain/outbox/actions.ts';
import type { OutboundMessage } from '../../shared/domain/outbox/outbound-message.ts';
import type { Outbox, OutboxLane } from '../../shared/domain/outbox/outbox.ts';
import type { FleetMetrics } from '../observability/fleet-metrics.ts';
import type { WhatsAppRateLimiter } from './whatsapp-rate-limiter.ts';

const BATCH = 50;
/** One leaves at a time; a few more are looked at, in case the first have to wait. */
const PACED_BATCH = 5;
/** Others may be behind messages that have to wait; the index takes a moment to show them. */
const LOOK_BEHIND_MS = 100;
const LANES_KNOWN_FOR_MS = 2_000;
const CLAIMS_REMEMBERED = 1_000;

export type NextClaim =
  | { readonly kind: 'claimed'; readonly messages: readonly OutboundMessage[] }
  /** Something is due, but not now. */
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'idle' }
  /** The session has another owner. */
  | { readonly kind: 'fenced' };

export interface ClaimQueueOptions {
  readonly sessionId: string;
  readonly fencingToken: number;
  readonly outbox: Pick<Outbox, 'listDue' | 'listLanes' | 'claim' | 'postpone'>;
  readonly limiter: Pick<WhatsAppRateLimiter, 'admit' | 'waitMs' | 'campaignsWaitMs'>;
  readonly profile: () => PacingProfile;
  readonly metrics: Pick<FleetMetrics, 'claimSeconds' | 'outbox'>;
}

/** Takes what is due out of a session's lanes: direct messages first, then its campaigns in turn. */
export class ClaimQueue {
  readonly #options: ClaimQueueOptions;
  readonly #claimed = new Set<string>(); // the index may show them for a moment longer
  #lanes: readonly OutboxLane[] = [];
  #lanesReadAt = Number.NEGATIVE_INFINITY;

  constructor(options: ClaimQueueOptions) {
    this.#options = options;
  }

  /** Campaigns may have begun or ended: look again. */
  forgetLanes(): void {
    this.#lanesReadAt = Number.NEGATIVE_INFINITY;
  }

  async next(): Promise<NextClaim> {
    const direct: OutboxLane = { sessionId: this.#options.sessionId, campaignId: null };
    for (const lane of [direct, ...(await this.#campaignLanes())]) {
      const next = await this.#fromLane(lane);
      if (next.kind !== 'idle') return this.#inTurn(lane, next);
    }
    return { kind: 'idle' };
  }

  async #campaignLanes(): Promise<readonly OutboxLane[]> {
    const { limiter, profile } = this.#options;
    if ((await limiter.campaignsWaitMs(profile())) > 0) return [];
    if (performance.now() - this.#lanesReadAt > LANES_KNOWN_FOR_MS) {
      this.#lanes = await this.#options.outbox.listLanes(this.#options.sessionId);
      this.#lanesReadAt = performance.now();
      this.#options.metrics.outbox.keep(this.#options.sessionId, this.#lanes);
    }
    return this.#lanes;
  }

  /** The lane that was served goes to the end of the line. */
  #inTurn(lane: OutboxLane, next: NextClaim): NextClaim {
    if (lane.campaignId !== null && next.kind === 'claimed') this.#lanes = [...this.#lanes.filter((other) => other !== lane), lane];
    return next;
  }

  async #fromLane(lane: OutboxLane): Promise<NextClaim> {
    const { limiter, profile, metrics } = this.#options;
    const isUnlimited = profile() === 'unlimited';
    const due = await this.#due(lane, isUnlimited ? BATCH : PACED_BATCH);
    metrics.outbox.saw(lane, due);
    if (due.length === 0) return { kind: 'idle' };
    const waitMs = await limiter.waitMs(profile());
    if (waitMs > 0) return { kind: 'wait', ms: waitMs };
    const messages = await this.#admitted(due);
    if (messages.length === 0) return { kind: 'wait', ms: LOOK_BEHIND_MS };
    return this.#claim(lane, isUnlimited ? messages : messages.slice(0, 1));
  }

  async #claim(lane: OutboxLane, due: readonly OutboundMessage[]): Promise<NextClaim> {
    const { sessionId, fencingToken, outbox, metrics } = this.#options;
    const observe = metrics.claimSeconds.startTimer();
    const claim = await outbox.claim({ sessionId, fencingToken, messages: due }).finally(observe);
    switch (claim.outcome) {
      case 'fenced':
        return { kind: 'fenced' };
      case 'campaign-not-running':
        this.#lanes = this.#lanes.filter((other) => other !== lane); // until the lanes are read again
        metrics.outbox.saw(lane, []);
        return { kind: 'idle' };
      case 'claimed':
        this.#remember(claim.claimed); // the others are still to be claimed, or gone from the index shortly
        return claim.claimed.length > 0 ? { kind: 'claimed', messages: claim.claimed } : { kind: 'idle' };
    }
  }

  /** Those that must wait are made due later, so that they are in nobody's way. What is done to a message that is there bothers nobody anew. */
  async #admitted(due: readonly OutboundMessage[]): Promise<readonly OutboundMessage[]> {
    const { outbox, limiter, profile } = this.#options;
    const { now, later } = await limiter.admit(profile(), due.filter(({ content }) => !isAction(content)));
    for (const dueAt of new Set(later.map((each) => each.dueAt))) {
      await outbox.postpone(later.filter((each) => each.dueAt === dueAt).map(({ message }) => message), dueAt);
    }
    return due.filter((message) => isAction(message.content) || now.includes(message));
  }

  async #due(lane: OutboxLane, limit: number): Promise<readonly OutboundMessage[]> {
    const due = await this.#options.outbox.listDue(lane, Date.now(), limit);
    const fresh = due.filter(({ id }) => !this.#claimed.has(id));
    if (fresh.length > 0 || due.length < limit) return fresh;
    const more = await this.#options.outbox.listDue(lane, Date.now(), limit + CLAIMS_REMEMBERED); // the front is all stale
    return more.filter(({ id }) => !this.#claimed.has(id)).slice(0, limit);
  }

  #remember(messages: readonly OutboundMessage[]): void {
    for (const { id } of messages) this.#claimed.add(id);
    for (const id of this.#claimed) {
      if (this.#claimed.size <= CLAIMS_REMEMBERED) return;
      this.#claimed.delete(id);
    }
  }
}
