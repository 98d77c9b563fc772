import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Lets `fill` fill a folder beside `dir`, and gives it its name when that has succeeded. On an error nothing is left. */
export async function wholeOrNotAtAll(dir: string, fill: (folder: string) => Promise<void>): Promise<void> {
  const partial = `${dir}.restoring`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(dirname(dir), { recursive: true });
  await mkdir(partial);
  try {
    await fill(partial);
    await rm(dir, { recursive: true, force: true });
    await rename(partial, dir);
  } catch (error) {
    await rm(partial, { recursive: true, force: true }).catch(() => undefined);
    throw error;
  }
}
