import type { Ack, AckReport, OutgoingMessage, PageHealth, SendOutcome, WhatsAppClient } from '../../../fleet/whatsapp/whatsapp-client.ts';

/** A page in memory: what it knows, what the phone knows beyond it, and what was handed to it. */
export class FakeWhatsAppClient implements WhatsAppClient {
  readonly processGroup = undefined;
  readonly handedOver: OutgoingMessage[] = [];
  readonly known = new Map<string, Ack>();
  readonly phoneKnows = new Map<string, Ack>();
  readonly histories: string[] = [];
  isPhoneOn = true;
  onAcks: (acks: readonly AckReport[]) => void = () => undefined;
  outcomeOf: (message: OutgoingMessage) => SendOutcome = () => ({ outcome: 'accepted' });
  /** The ack WhatsApp answers an accepted message with; `undefined`: none. */
  answer: Ack | undefined = 3;

  async send(messages: readonly OutgoingMessage[]): Promise<readonly SendOutcome[]> {
    return messages.map((message) => {
      const outcome = this.outcomeOf(message);
      if (outcome.outcome === 'accepted') this.#accept(message);
      return outcome;
    });
  }

  async acksOf(messages: readonly { readonly wireId: string }[]): Promise<readonly (Ack | undefined)[]> {
    return messages.map(({ wireId }) => this.known.get(wireId));
  }

  async syncHistory(peer: string): Promise<boolean> {
    this.histories.push(peer);
    if (!this.isPhoneOn) return false;
    for (const [wireId, ack] of this.phoneKnows) this.known.set(wireId, ack);
    return true;
  }

  syncNewestChats = async () => true;
  recentAcks = async () => [];
  recentReceived: WhatsAppClient['recentReceived'] = async () => [];
  start = async () => undefined;
  close = async () => undefined;
  logout = async () => true;
  nextQrRound = async () => undefined;
  requestPairingCode = async () => undefined;
  markRead = async () => undefined;
  setTyping = async () => undefined;
  checkHealth = async (): Promise<PageHealth> => ({ isConnected: true, state: 'CONNECTED', lastFrameAt: Date.now() });
  haveWritten = async (peers: readonly string[]): Promise<readonly boolean[]> => peers.map(() => false);
  areOnWhatsApp = async (numbers: readonly string[]): Promise<readonly (boolean | null)[]> => numbers.map(() => null);
  reload = async (): Promise<void> => undefined;
  kill(): void {}

  #accept(message: OutgoingMessage): void {
    this.handedOver.push(message);
    this.known.set(message.wireId, this.answer ?? 0);
    if (this.answer !== undefined) this.onAcks([{ wireId: message.wireId, peer: message.peer, ack: this.answer }]);
  }
}
