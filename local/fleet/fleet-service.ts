import { allStarted } from '../all-started.ts';
import { Backoff, pause } from '../children/backoff.ts';
import type { LogFile } from '../log-file.ts';
import { StartError } from '../start-error.ts';
import { FleetTask, type ReadyInstance, type TaskOptions } from './fleet-task.ts';

export interface FleetOptions extends Omit<TaskOptions, 'log'> {
  readonly stopLimitMs: number;
  readonly openLog: (slot: number) => LogFile;
  /** Called whenever the set of ready instances has changed. */
  readonly onChange: (instances: readonly ReadyInstance[]) => void;
}

/** One place for a task: as long as it is wanted, a task that ends is followed by the next. */
interface Slot {
  readonly unwanted: AbortController;
  readonly log: LogFile;
  task: FleetTask | undefined;
  keeping: Promise<void>;
}

/** An ECS service on this machine: keeps `desiredCount` fleet processes running. */
export class FleetService {
  readonly #options: FleetOptions;
  readonly #slots: Slot[] = [];
  readonly #retiring = new Set<Promise<void>>();

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  get desiredCount(): number {
    return this.#slots.length;
  }

  get tasks(): readonly FleetTask[] {
    return this.#slots.flatMap(({ task }) => task ?? []);
  }

  get instances(): readonly ReadyInstance[] {
    return this.tasks.flatMap(({ instance }) => instance ?? []);
  }

  /** Resolves when all are ready. Throws a StartError, with the last thing it said, if one ends before it is. */
  async start(count: number): Promise<void> {
    await allStarted(Array.from({ length: count }, () => this.#firstTask()));
    this.#options.onChange(this.instances);
  }

  /** Starts further tasks, or lets surplus ones drain; does not wait for either. */
  setDesiredCount(count: number): void {
    while (this.#slots.length < count) {
      const slot = this.#addSlot();
      slot.keeping = this.#keep(slot);
    }
    for (const slot of this.#slots.splice(count)) {
      const retiring = this.#retire(slot).finally(() => this.#retiring.delete(retiring));
      this.#retiring.add(retiring);
    }
  }

  /** Lets all tasks drain at once. */
  async stop(): Promise<void> {
    this.setDesiredCount(0);
    await Promise.all(this.#retiring);
  }

  async #firstTask(): Promise<void> {
    const slot = this.#addSlot();
    const task = await this.#launch(slot);
    if (!(await task.becomesReady())) {
      throw new StartError(`A fleet instance does not start: ${task.lastLine || 'it said nothing'} (see ${slot.log.path})`);
    }
    slot.keeping = this.#keep(slot);
  }

  #addSlot(): Slot {
    const log = this.#options.openLog(this.#slots.length + 1);
    const slot: Slot = { unwanted: new AbortController(), log, task: undefined, keeping: Promise.resolve() };
    this.#slots.push(slot);
    return slot;
  }

  async #launch(slot: Slot): Promise<FleetTask> {
    slot.task = await FleetTask.launch({ ...this.#options, log: slot.log });
    return slot.task;
  }

  /** Follows each task of the slot by the next. */
  async #keep(slot: Slot): Promise<void> {
    const backoff = new Backoff();
    const { signal } = slot.unwanted;
    while (!signal.aborted) {
      const startedAtMs = Date.now();
      await this.#watch(slot);
      slot.task = undefined;
      if (signal.aborted) return;
      this.#options.onChange(this.instances);
      await pause(backoff.nextDelayMs(Date.now() - startedAtMs), signal);
    }
  }

  /** Runs one task, the one that is there or a new one, to its end. */
  async #watch(slot: Slot): Promise<void> {
    try {
      const task = slot.task ?? (await this.#launch(slot));
      if (!task.instance && (await task.becomesReady())) this.#options.onChange(this.instances);
      await task.ended;
    } catch (error) {
      slot.log.write(`The host could not start an instance: ${String(error)}\n`);
    }
  }

  async #retire(slot: Slot): Promise<void> {
    slot.unwanted.abort();
    await slot.task?.stop(this.#options.stopLimitMs);
    await slot.keeping;
    await slot.log.close();
    this.#options.onChange(this.instances);
  }
}
