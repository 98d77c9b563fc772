import { readFile, rename, writeFile } from 'node:fs/promises';
import type * as z from 'zod';
import { errorCode } from '../start-error.ts';

/** Replaces the file in one step, readable by its owner only: a reader sees the old content or the new. */
export async function writePrivateJson(path: string, value: unknown): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  await rename(temporary, path);
}

/** `undefined` if there is no such file. Throws if it cannot be read or is not what the schema says. */
export async function findPrivateJson<S extends z.ZodType>(path: string, schema: S): Promise<z.output<S> | undefined> {
  try {
    return schema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw new Error(`${path} cannot be used`, { cause: error });
  }
}
