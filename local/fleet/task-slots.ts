import { Backoff } from '../children/backoff.ts';
import type { LogFile } from '../log-file.ts';

/** One place for a task, with the log of all that run in it. */
export interface Slot {
  readonly number: number; // from 1
  readonly log: LogFile;
}

interface KeptSlot extends Slot {
  readonly backoff: Backoff;
  isTaken: boolean;
  restsUntilMs: number; // monotonic
}

/** The places tasks run in. One whose tasks keep dying young rests between them. */
export class TaskSlots {
  readonly #openLog: (slot: number) => LogFile;
  readonly #slots: KeptSlot[] = [];

  constructor(openLog: (slot: number) => LogFile) {
    this.#openLog = openLog;
  }

  /** The first that is free, or for how many ms it has to rest yet. */
  take(): Slot | number {
    const free = this.#slots.filter(({ isTaken }) => !isTaken);
    const next = free.find(({ restsUntilMs }) => restsUntilMs <= performance.now()) ?? (free.length > 0 ? undefined : this.#add());
    if (!next) return Math.min(...free.map(({ restsUntilMs }) => restsUntilMs)) - performance.now();
    next.isTaken = true;
    return next;
  }

  /** @param livedMs how long the task in it ran; `undefined`: it was meant to end */
  leave({ number }: Slot, livedMs: number | undefined): void {
    const slot = this.#slots[number - 1];
    if (!slot) return;
    slot.isTaken = false;
    slot.restsUntilMs = performance.now() + (livedMs === undefined ? 0 : slot.backoff.nextDelayMs(livedMs));
  }

  async close(): Promise<void> {
    await Promise.all(this.#slots.map(({ log }) => log.close()));
  }

  #add(): KeptSlot {
    const number = this.#slots.length + 1;
    const slot: KeptSlot = { number, log: this.#openLog(number), backoff: new Backoff(), isTaken: false, restsUntilMs: 0 };
    this.#slots.push(slot);
    return slot;
  }
}
