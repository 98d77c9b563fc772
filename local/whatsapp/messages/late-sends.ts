import { shown } from '../numbers.ts';
import type { PageConnection } from '../page-server/page-connection.ts';

/** A page tried to send after a later connection had taken its link over. The service refused it, as the real one does. */
export interface LateSend {
  readonly sender: string;
  readonly wireId: string;
  readonly login: number; // of the connection that came too late
  readonly at: string;
}

const MOST_KEPT = 10_000;

/** What pages try that have lost their line. Kept in memory: it tells about this run of the service only. */
export class LateSends {
  readonly #kept: LateSend[] = [];

  note({ replacedOn, login }: PageConnection, wireId: string): void {
    if (!replacedOn || this.#kept.length >= MOST_KEPT) return;
    this.#kept.push({ sender: shown(replacedOn.number), wireId, login, at: new Date().toISOString() });
  }

  list(): readonly LateSend[] {
    return this.#kept;
  }
}
