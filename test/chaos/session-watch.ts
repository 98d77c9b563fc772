import { setTimeout as delay } from 'node:timers/promises';
import type { SessionView } from '../../shared/contracts/api/sessions.ts';
import type { LinkedNumber } from './records.ts';
import { TakeoverClock } from './takeover-clock.ts';
import type { World } from './world/world.ts';

const LOOK_EVERY_MS = 300;
const ASKING: readonly SessionView['status'][] = ['qr_scanning', 'logged_out'];
const NEEDS_START: readonly SessionView['status'][] = ['logged_out', 'failed'];

/** A session wanted a person although none had removed its device. */
export interface UnexpectedLinking {
  readonly sessionId: string;
  readonly status: string;
  readonly at: string;
}

/**
 * Looks at the sessions all the time, as a person at a screen does, and does what that person would: starts a session
 * that was unlinked and scans its QR. Keeps what nobody should ever see.
 */
export class SessionWatch {
  readonly unexpected: UnexpectedLinking[] = [];
  readonly takeovers = new TakeoverClock();
  readonly #world: World;
  readonly #sessions: readonly LinkedNumber[];
  readonly #latest = new Map<string, SessionView>();
  /** Sessions that may ask for a QR, with their last connection before. */
  readonly #excused = new Map<string, string | null>();
  readonly #known = new Set<string>(); // unexpected, and told already
  readonly #helping = new Set<string>();

  constructor(world: World, sessions: readonly LinkedNumber[]) {
    this.#world = world;
    this.#sessions = sessions;
  }

  get latest(): readonly SessionView[] {
    return [...this.#latest.values()];
  }

  isConnected(sessionId: string): boolean {
    return this.#latest.get(sessionId)?.status === 'connected';
  }

  sessionsOn(instanceId: string): readonly SessionView[] {
    return this.latest.filter(({ instance }) => instance?.id === instanceId);
  }

  /** A person is about to remove the device: a QR is due until it is connected again. */
  excuse(sessionId: string): void {
    this.#excused.set(sessionId, this.#latest.get(sessionId)?.lastConnectedAt ?? null);
  }

  isExcused(sessionId: string): boolean {
    return this.#excused.has(sessionId);
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.look().catch(() => undefined); // the API may be one of the things that are broken
      await delay(LOOK_EVERY_MS);
    }
  }

  async look(): Promise<void> {
    const { data } = await this.#world.blazz.get<{ data: SessionView[] }>('/v1/sessions?limit=100');
    for (const view of data) this.#note(view);
  }

  #note(view: SessionView): void {
    this.#latest.set(view.id, view);
    this.takeovers.note(view);
    const before = this.#excused.get(view.id);
    if (view.status === 'connected') this.#known.delete(view.id);
    if (view.status === 'connected' && before !== undefined && view.lastConnectedAt !== before) this.#excused.delete(view.id);
    if (ASKING.includes(view.status)) this.#blame(view);
    if (ASKING.includes(view.status) || view.status === 'failed') void this.#help(view);
  }

  #blame({ id, status }: SessionView): void {
    if (this.#excused.has(id) || this.#known.has(id)) return;
    this.#known.add(id);
    this.unexpected.push({ sessionId: id, status, at: new Date().toISOString() });
  }

  async #help({ id, status }: SessionView): Promise<void> {
    const number = this.#sessions.find(({ sessionId }) => sessionId === id)?.number;
    if (number === undefined || this.#helping.has(id)) return;
    this.#helping.add(id);
    try {
      if (NEEDS_START.includes(status)) await this.#world.blazz.post(`/v1/sessions/${id}/start`);
      const shown = await this.#world.blazz.qr(id);
      if (shown) await this.#world.phones.scan(number, shown.qr);
    } catch {
      // at the next look
    } finally {
      this.#helping.delete(id);
    }
  }
}
