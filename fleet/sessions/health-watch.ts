import type { WhatsAppClient } from '../whatsapp/whatsapp-client.ts';
import type { HealthBoard } from './health-board.ts';

const LOOK_EVERY_MS = 30_000;
const SILENT_LOOKS = 2;

export interface HealthWatchOptions {
  readonly client: Pick<WhatsAppClient, 'checkHealth'>;
  readonly pageBuild: string;
  readonly board: Pick<HealthBoard, 'note'>;
  /** Connected or not, as the page says. It goes on trying by itself. */
  readonly onConnection: (isConnected: boolean) => void;
  /** The page has stopped answering: no event will ever tell. */
  readonly onSilent: () => void;
}

/** Asks a connected page from time to time whether it is. */
export class HealthWatch {
  readonly #options: HealthWatchOptions;
  #silentLooks = 0;
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

  #tell(state: 'ok' | 'degraded', detail: string | null): void {
    const { board, pageBuild } = this.#options;
    board.note({ state, detail, pageBuild });
  }
}
