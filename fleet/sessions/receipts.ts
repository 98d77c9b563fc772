import type { MessageFailure } from '../../shared/contracts/message.ts';
import type { SessionEvent } from '../../shared/contracts/session-events.ts';
import { messageIdOfWireId } from '../../shared/identity/message-identity.ts';
import type { FleetMetrics } from '../observability/fleet-metrics.ts';
import type { Ack, AckReport, ReceivedMessage } from '../whatsapp/whatsapp-client.ts';
import type { InFlight } from './in-flight.ts';
import type { WhatsAppRateLimiter } from './whatsapp-rate-limiter.ts';

const RECEIPTS: Partial<Record<Ack, 'delivered' | 'read' | 'played'>> = { 2: 'delivered', 3: 'read', 4: 'played' };
const REFUSED: MessageFailure = { code: 'rejected_by_whatsapp', detail: 'WhatsApp refused the message' };

export interface ReceiptsOptions {
  readonly workspaceId: string;
  readonly sessionId: string;
  readonly inFlight: InFlight;
  readonly limiter: Pick<WhatsAppRateLimiter, 'explainRefusal' | 'onReceived'>;
  readonly report: (...events: readonly SessionEvent[]) => void;
  /** Told of messages that came in, after they were reported. */
  readonly onReceived: (messages: readonly ReceivedMessage[]) => void;
  readonly metrics: Pick<FleetMetrics, 'sent' | 'failed' | 'sendSeconds'>;
}

/** Turns what the page says of messages into events. Saying a thing twice does no harm: consumers never move back. */
export class Receipts {
  readonly #options: ReceiptsOptions;

  constructor(options: ReceiptsOptions) {
    this.#options = options;
  }

  onAcks(acks: readonly AckReport[]): void {
    const at = new Date().toISOString();
    const events = acks.flatMap((ack) => this.#eventsOf(ack, at));
    if (events.length > 0) this.#options.report(...events);
  }

  onReceived(messages: readonly ReceivedMessage[]): void {
    this.#options.limiter.onReceived(messages.map(({ peer }) => peer));
    const observedAt = new Date().toISOString();
    this.#options.report(...messages.map(({ atMs, type, replyToAtMs, mentions, ...message }): SessionEvent => ({
      ...message,
      type: 'message.received',
      at: new Date(atMs).toISOString(),
      observedAt,
      messageType: type,
      replyToAt: replyToAtMs === null ? null : new Date(replyToAtMs).toISOString(),
      mentions: [...mentions],
    })));
    this.#options.onReceived(messages);
  }

  fail(messageId: string, wireId: string, failure: MessageFailure): void {
    this.#options.inFlight.drop(wireId);
    this.#options.metrics.failed.inc({ code: failure.code });
    this.#options.report({ type: 'message.failed', at: new Date().toISOString(), messageId, failure });
  }

  /** What is refused after it was taken says something about the number. */
  async #refuse(messageId: string, wireId: string, peer: string, wasTaken: boolean): Promise<void> {
    const failure = wasTaken ? await this.#options.limiter.explainRefusal(peer).catch(() => REFUSED) : REFUSED;
    this.fail(messageId, wireId, failure);
  }

  #eventsOf({ wireId, peer, ack }: AckReport, at: string): readonly SessionEvent[] {
    const { workspaceId, sessionId, inFlight, metrics } = this.#options;
    const entry = inFlight.find(wireId);
    const messageId = entry?.message.id ?? messageIdOfWireId(wireId, sessionId, workspaceId, peer);
    if (messageId === undefined || ack === 0) return []; // not one of ours, or nothing new
    if (ack === -1) {
      void this.#refuse(messageId, wireId, peer, entry?.isSent ?? false);
      return [];
    }
    const isNews = entry ? inFlight.markSent(entry) : true;
    if (entry && isNews) {
      metrics.sent.inc();
      metrics.sendSeconds.observe((performance.now() - entry.handedOverAt) / 1_000);
    }
    const receipt = RECEIPTS[ack];
    return [
      ...(isNews ? [{ type: 'message.sent' as const, at, messageId, wireId }] : []),
      ...(receipt ? [{ type: 'message.ack' as const, at, messageId, ack: receipt }] : []),
    ];
  }
}
