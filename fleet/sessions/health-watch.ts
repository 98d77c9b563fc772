import type { SessionHealth } from '../../shared/contracts/session-events.ts';
import type { WhatsAppClient } from '../whatsapp/whatsapp-client.ts';

const LOOK_EVERY_MS = 30_000;
const SILENT_LOOKS = 2;

export interface HealthWatchOptions {
  readonly client: Pick<WhatsAppClient, 'checkHealth'>;
  readonly pageBuild: string;
  readonly onHealth: (health: SessionHealth) => void;
  /** Connected or not, as the page says. It goes on trying by itself. */
  readonly onConnection: (isConnected: boolean) => void;
  /** The page has stopped answering: no event will ever tell. */
  readonly onSilent: () => void;
}

/** Asks a connected page from time to time whether it is. Health is told when it changes. */
export class HealthWatch {
  readonly #options: HealthWatchOptions;
  #silentLooks = 0;
  #told: string | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: HealthWatchOptions) {
    this.#options = options;
  }

  start(): void {
    this.#tell('ok', null);
    this.#timer = setInterval(() => void this.#look(), LOOK_EVERY_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    try {
      const { isConnected, state } = await this.#options.client.checkHealth();
      this.#silentLooks = 0;
      this.#options.onConnection(isConnected);
      this.#tell(isConnected ? 'ok' : 'degraded', isConnected ? null : `WhatsApp says ${state}`);
    } catch {
      this.#silentLooks += 1;
      this.#tell('degraded', 'The page does not answer');
      if (this.#silentLooks >= SILENT_LOOKS) this.#options.onSilent();
    }
  }

  #tell(state: SessionHealth['state'], detail: string | null): void {
    const news = `${state} ${detail}`;
    if (news === this.#told) return;
    this.#told = news;
    this.#options.onHealth({ state, detail, checkedAt: new Date().toISOString(), pageBuild: this.#options.pageBuild });
  }
}
