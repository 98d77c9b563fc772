import { now, type SessionContext } from './session-context.ts';

const FIRST_QR_MS = 60_000; // WhatsApp lets the first of a round live longer
const NEXT_QR_MS = 25_000;

/** The QR codes of one browser's life: a few to a round, and only as many rounds as may be shown. */
export class QrRounds {
  readonly #context: SessionContext;
  #inRound = 0;
  #attempt = 0;

  constructor(context: SessionContext) {
    this.#context = context;
  }

  /** Reports a code. Returns why it may not be shown, for people. */
  show(qr: string): string | undefined {
    const refusal = this.#inRound === 0 ? this.#refusal() : undefined;
    if (refusal) return refusal;
    const context = this.#context;
    this.#inRound += 1;
    this.#attempt += 1;
    const expiresAt = new Date(Date.now() + (this.#inRound === 1 ? FIRST_QR_MS : NEXT_QR_MS)).toISOString();
    if (context.status !== 'qr_scanning') context.reportStatus('qr_scanning');
    context.report({ type: 'session.qr', at: now(), qr, expiresAt, attempt: this.#attempt });
    return undefined;
  }

  /** Nobody scanned the codes of this round. Returns why there may not be another. */
  next(): string | undefined {
    this.#inRound = 0;
    const refusal = this.#refusal();
    if (!refusal) this.#inRound = 1;
    return refusal;
  }

  /** Counts a round, if there may be one. */
  #refusal(): string | undefined {
    const { health, services } = this.#context;
    const round = services.qrLimiter.tryRound(health);
    services.metrics.qrRounds.inc({ outcome: round.allowed ? 'shown' : 'refused' });
    if (round.allowed) return undefined;
    const detail = `Nobody scanned. The next QR code may be shown at ${round.retryAt}`;
    this.#context.warn('qr_rate_limiter', 'qr_limit_reached', detail);
    return detail;
  }
}
