import { join } from 'node:path';

/** Root of the repository: entries of other processes are named from here. */
export const REPOSITORY = join(import.meta.dirname, '..');
