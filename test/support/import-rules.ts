import { spawnSync } from 'node:child_process';

const FOLDERS = ['cdk', 'fleet', 'lambdas', 'local', 'shared', 'test'];

const depcruise = (...args: readonly string[]) =>
  spawnSync('depcruise', ['--config', '.dependency-cruiser.mjs', ...args], { encoding: 'utf8' });

/*
 * The import rules. dependency-cruiser reads TypeScript through @swc/core; without it no .ts file is seen and every
 * rule passes, so that is asked first. Its missing-tsc notice is expected with TypeScript 7 and left out.
 */
const info = depcruise('--info');
if (!/✔ \.ts$/m.test(info.stdout)) {
  process.stderr.write('dependency-cruiser cannot read .ts files: is @swc/core installed? Run npm ci.\n');
  process.exit(1);
}
const { stdout, stderr, status } = depcruise('--output-type', 'err', ...FOLDERS);
process.stdout.write(stdout.replace(/‼ missing-tsc-transpiler:[\s\S]*?stable\.\n?/, ''));
process.stderr.write(stderr);
process.exit(status ?? 1);
