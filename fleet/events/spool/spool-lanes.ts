import type { SpoolEntry } from './spool-segment.ts';

/** What waits of one session, by sequence: those of an owner before come first, whenever they were found. */
export interface Lane {
  readonly sessionId: string;
  readonly entries: SpoolEntry[];
  running: Promise<void> | undefined;
}

export class SpoolLanes {
  readonly #lanes = new Map<string, Lane>();

  get size(): number {
    let size = 0;
    for (const { entries } of this.#lanes.values()) size += entries.length;
    return size;
  }

  has(sessionId: string): boolean {
    return (this.#lanes.get(sessionId)?.entries.length ?? 0) > 0;
  }

  /** Gives the lanes that are to start running: each has one entry under way at a time. */
  add(entries: readonly SpoolEntry[]): readonly Lane[] {
    const touched = new Set(entries.map((entry) => this.#insert(entry)));
    return [...touched].filter(({ running }) => running === undefined);
  }

  /** It may no longer be the first: what comes before it may have been found while it was under way. */
  remove({ entries }: Lane, entry: SpoolEntry): void {
    entries.splice(entries.indexOf(entry), 1);
  }

  /** A lane has stopped running. `true`: there is something in it still, or again. */
  rest(lane: Lane): boolean {
    lane.running = undefined;
    if (lane.entries.length === 0) this.#lanes.delete(lane.sessionId);
    return lane.entries.length > 0;
  }

  /** Resolves once no lane runs. */
  async settled(): Promise<void> {
    for (let running = this.#running; running.length > 0; running = this.#running) await Promise.all(running);
  }

  get #running(): readonly Promise<void>[] {
    return [...this.#lanes.values()].flatMap(({ running }) => running ?? []);
  }

  #insert(entry: SpoolEntry): Lane {
    const { sessionId } = entry;
    const lane = this.#lanes.get(sessionId) ?? { sessionId, entries: [], running: undefined };
    this.#lanes.set(sessionId, lane);
    const at = lane.entries.findLastIndex(({ sequence }) => sequence <= entry.sequence) + 1;
    lane.entries.splice(at, 0, entry);
    return lane;
  }
}
