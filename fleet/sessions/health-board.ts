import type { SessionHealth } from '../../shared/contracts/session-events.ts';

/** Figures may change with every look; a report each time would cost a write each time. */
const FIGURES_EVERY_MS = 600_000;

/** Every change of these is worth a report of its own. */
const NEWS = ['state', 'detail', 'pageBuild', 'restarts', 'qr', 'newChatsPausedUntil', 'instructions'] as const satisfies readonly (keyof SessionHealth)[];

/** What is known of a session's health. Each part of the instance adds what it sees; the sum is reported when it is news. */
export class HealthBoard {
  readonly #report: (health: SessionHealth) => void;
  #health: SessionHealth;
  #told: string;
  #toldAt = Number.NEGATIVE_INFINITY;

  /** `known`: what the record says, so that a takeover is no news by itself. */
  constructor(known: SessionHealth, report: (health: SessionHealth) => void) {
    this.#health = known;
    this.#told = newsOf(known);
    this.#report = report;
  }

  get current(): SessionHealth {
    return this.#health;
  }

  note(seen: Partial<Omit<SessionHealth, 'checkedAt'>>): void {
    this.#health = { ...this.#health, ...seen, checkedAt: new Date().toISOString() };
    const news = newsOf(this.#health);
    if (news === this.#told && performance.now() - this.#toldAt < FIGURES_EVERY_MS) return;
    this.#told = news;
    this.#toldAt = performance.now();
    this.#report(this.#health);
  }
}

const newsOf = (health: SessionHealth): string => JSON.stringify(NEWS.map((name) => health[name]));
