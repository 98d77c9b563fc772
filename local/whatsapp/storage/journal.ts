import type { DatabaseSync } from 'node:sqlite';

/**
 * Groups all writes of one turn of the event loop into one transaction, and holds back what others may
 * learn of them (acks, answers) until it is committed.
 */
export class Journal {
  readonly #database: DatabaseSync;
  readonly #begin: () => void;
  readonly #commit: () => void;
  #isOpen = false;
  #afterCommit: (() => void)[] = [];

  constructor(database: DatabaseSync) {
    this.#database = database;
    const begin = database.prepare('BEGIN');
    const commit = database.prepare('COMMIT');
    this.#begin = () => void begin.run();
    this.#commit = () => void commit.run();
  }

  /** To be called before every write. A failing commit is not caught: the process must not go on as if it held. */
  open(): void {
    if (this.#isOpen) return;
    this.#begin();
    this.#isOpen = true;
    setImmediate(() => this.flush());
  }

  /** Runs `action` once everything written so far is safe. */
  afterCommit(action: () => void): void {
    this.open();
    this.#afterCommit.push(action);
  }

  /** Resolves once everything written so far is safe. */
  committed(): Promise<void> {
    return new Promise((resolve) => this.afterCommit(resolve));
  }

  flush(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#commit();
    const actions = this.#afterCommit;
    this.#afterCommit = [];
    for (const action of actions) action();
  }

  close(): void {
    this.flush();
    this.#database.close();
  }
}
