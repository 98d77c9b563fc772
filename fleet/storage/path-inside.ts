import { isAbsolute, resolve, sep } from 'node:path';

/** Where a name of an archive lies under `folder`. Throws if that is anywhere else. */
export function pathInside(folder: string, name: string): string {
  const root = resolve(folder);
  const path = resolve(root, name);
  const isInside = path === root || path.startsWith(root + sep);
  if (!isInside || isAbsolute(name) || /\\|\0/.test(name)) throw new Error('The archive names a path that leads out of its folder');
  return path;
}
