import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode } from '../start-error.ts';

const FOLDER_MODE = 0o700;

/**
 * Makes the folder and those above it, for its owner only. Not `mkdir` with `recursive`: where nothing can be made below
 * a folder that exists (/proc), Node's never returns.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: FOLDER_MODE });
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return; // what is not a folder fails at the first write
    if (errorCode(error) !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await mkdir(path, { mode: FOLDER_MODE });
  }
}
