import type { WhatsAppClient } from '../whatsapp/whatsapp-client.ts';
import type { FleetMetrics } from '../observability/fleet-metrics.ts';
import type { HealthBoard } from './health-board.ts';
import type { Recovery } from './recovery.ts';
import type { EndReason } from './run-endings.ts';

/** One failure may be a moment's: a page that is busy, a network that changes. */
const LOOK_AGAIN_PARTS = 24; // of the time between checks: 5 s of 2 min

export interface HealthSettings {
  readonly checkMs: number;
  /** Without a frame for so long a connection is dead: three of the page's keep-alives, which go every 20 to 30 s. */
  readonly silentAfterMs: number;
  /** What each step of the recovery gets before the next. */
  readonly stepMs: number;
  /** Send ourselves a message at each check. It stays in the number's chat with itself. */
  readonly selfProbe: boolean;
}

export type HealthCheck = 'page' | 'state' | 'frames' | 'messages' | 'probe';

/** What a browser is ended for when no step before has helped. */
const END_REASONS: Readonly<Record<HealthCheck, EndReason>> = {
  page: 'page_unresponsive', state: 'not_connected', frames: 'silent', messages: 'stalled', probe: 'probe_failed',
};

interface Trouble {
  readonly check: HealthCheck;
  readonly detail: string;
}

type Client = Pick<WhatsAppClient, 'checkHealth' | 'reload'>;

export interface SessionHealthMonitorOptions {
  readonly client: Client;
  readonly settings: HealthSettings;
  readonly board: Pick<HealthBoard, 'note'>;
  readonly recovery: Recovery;
  readonly metrics: Pick<FleetMetrics, 'failedChecks' | 'recoveries'>;
  /** Connected or not, as the page says. It goes on trying by itself. */
  readonly onConnection: (isConnected: boolean) => void;
  /** A message to ourselves went out and was taken. */
  readonly probe: () => Promise<boolean>;
  /** Loading the page anew did not help, or was tried before: this browser has to go. */
  readonly onDead: (reason: EndReason, detail: string) => void;
}

/**
 * Looks after one connected browser: every so often and on suspicion it asks whether the page answers, whether it says
 * it is connected, and whether its connection brought anything lately. No event tells of a silent death.
 */
export class SessionHealthMonitor {
  readonly #options: SessionHealthMonitorOptions;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = true;
  #isChecking = false;
  #failures = 0;
  #reloadedAt: number | undefined;
  #failingSince = 0;

  constructor(options: SessionHealthMonitorOptions) {
    this.#options = options;
  }

  /** May be called again when the page is ready again. */
  start(): void {
    this.#isStopped = false;
    this.#schedule(0);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  /** Something looked wrong: look now. */
  suspect(): void {
    if (!this.#isChecking) this.#schedule(0);
  }

  /** WhatsApp does not take what it is given, however well the page looks. */
  onStalled(detail: string): void {
    if (this.#isStopped || this.#isReloading()) return;
    const trouble: Trouble = { check: 'messages', detail };
    this.#note(trouble);
    void this.#takeStep(trouble).finally(() => this.#scheduleNext());
  }

  #schedule(ms: number): void {
    if (this.#isStopped) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#check(), ms);
  }

  async #check(): Promise<void> {
    if (this.#isChecking) return;
    this.#isChecking = true;
    try {
      const trouble = await this.#look();
      if (this.#isStopped) return;
      if (trouble) await this.#onTrouble(trouble);
      else this.#onHealthy();
    } finally {
      this.#isChecking = false;
    }
    this.#scheduleNext();
  }

  #scheduleNext(): void {
    const { checkMs } = this.#options.settings;
    this.#schedule(this.#failures > 0 ? checkMs / LOOK_AGAIN_PARTS : checkMs);
  }

  async #look(): Promise<Trouble | undefined> {
    const { client, settings, board, probe } = this.#options;
    try {
      const { isConnected, state, lastFrameAt } = await client.checkHealth();
      if (lastFrameAt !== null) board.note({ lastFrameAt: new Date(lastFrameAt).toISOString() });
      if (!isConnected) return { check: 'state', detail: `WhatsApp's page says ${state}` };
      const silentMs = lastFrameAt === null ? 0 : Date.now() - lastFrameAt;
      if (silentMs > settings.silentAfterMs) return { check: 'frames', detail: `Nothing came from WhatsApp for ${Math.round(silentMs / 1_000)} s` };
    } catch {
      return { check: 'page', detail: 'The page does not answer' };
    }
    const isAnswered = !settings.selfProbe || (await probe().catch(() => false));
    return isAnswered ? undefined : { check: 'probe', detail: 'WhatsApp did not take a message to ourselves' };
  }

  #onHealthy(): void {
    const { metrics, board, recovery, onConnection } = this.#options;
    if (this.#reloadedAt !== undefined) metrics.recoveries.inc({ step: 'reload' });
    this.#failures = 0;
    this.#reloadedAt = undefined;
    board.note({ state: 'ok', detail: null });
    onConnection(true);
    recovery.onHealthy();
  }

  async #onTrouble(trouble: Trouble): Promise<void> {
    this.#note(trouble);
    if (this.#failures === 1) return; // once may be chance
    if (trouble.check === 'state') this.#options.onConnection(false);
    if (this.#isTimeForStep(trouble)) await this.#takeStep(trouble);
  }

  #note({ check, detail }: Trouble): void {
    if (this.#failures === 0) this.#failingSince = performance.now();
    this.#failures += 1;
    this.#options.metrics.failedChecks.inc({ check });
    this.#options.board.note({ state: 'degraded', detail });
  }

  /** A page that lost its connection tries by itself to get it back, and gets the time of a step for it. */
  #isTimeForStep({ check }: Trouble): boolean {
    if (this.#isReloading()) return false;
    return check !== 'state' || performance.now() - this.#failingSince >= this.#options.settings.stepMs;
  }

  #isReloading(): boolean {
    return this.#reloadedAt !== undefined && performance.now() - this.#reloadedAt < this.#options.settings.stepMs;
  }

  async #takeStep({ check, detail }: Trouble): Promise<void> {
    const { recovery, client, onDead } = this.#options;
    if (!recovery.tryReload(`${check}: ${detail}`)) {
      this.stop();
      return onDead(END_REASONS[check], detail);
    }
    this.#reloadedAt = performance.now();
    await client.reload().catch(() => undefined); // the next look says whether it helped
  }
}
