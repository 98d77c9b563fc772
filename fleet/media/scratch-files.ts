import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Files on the task's own disk while they pass through. What a killed process left is swept with its profiles. */
export class ScratchFiles {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** A path nobody else has. */
  async newPath(): Promise<string> {
    await mkdir(this.#dir, { recursive: true, mode: 0o700 });
    return join(this.#dir, randomUUID());
  }

  async remove(path: string): Promise<void> {
    await rm(path, { force: true });
  }
}
