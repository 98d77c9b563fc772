import { createHash } from 'node:crypto';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Everything the synthesized template and its bundles are made of. */
const SOURCES = ['cdk/**/*.ts', 'lambdas/**/*.ts', 'shared/**/*.ts', 'cdk.json', 'tsconfig.json', 'package.json', 'package-lock.json'];

/** One hash over names and contents: the same sources in the same context give the same cloud assembly. */
export async function hashSources(root: string, context: string): Promise<string> {
  const files = (await Array.fromAsync(glob(SOURCES, { cwd: root }))).sort();
  const contents = await Promise.all(files.map((file) => readFile(join(root, file))));
  const hash = createHash('sha256').update(context);
  files.forEach((file, index) => hash.update(`${file}\0${contents[index]?.length}\0`).update(contents[index] ?? ''));
  return hash.digest('hex').slice(0, 20);
}
