import { spawnSync } from 'node:child_process';

const LIMIT_MS = 30_000;

/** Runs promtool and answers what it says, `undefined` if all is well. */
export function promtool(args: readonly string[], input = ''): string | undefined {
  const { status, stdout, stderr, error } = spawnSync('promtool', args, { input, encoding: 'utf8', timeout: LIMIT_MS });
  if (error) throw error;
  return status === 0 ? undefined : `${stdout}${stderr}`;
}

/** Debian: apt-get install prometheus */
export const hasPromtool: boolean = spawnSync('promtool', ['--version'], { timeout: LIMIT_MS }).status === 0;
