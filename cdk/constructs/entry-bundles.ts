import { globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildSync } from 'esbuild';

const REPOSITORY = join(import.meta.dirname, '../..');

/** CommonJS packages inside an ESM bundle call `require`; stack traces in the log should name our lines. */
const BANNER = [
  "import { createRequire as __createRequire } from 'node:module';",
  'const require = __createRequire(import.meta.url);',
  'process.setSourceMapsEnabled(true);',
].join('\n');

/**
 * Bundles every Lambda entry into its own folder below `outdir` in one run of esbuild, which reads the modules they
 * share once: a run an entry, as NodejsFunction makes, takes several times as long.
 */
export function bundleEntries(outdir: string): void {
  buildSync({
    absWorkingDir: REPOSITORY,
    entryPoints: globSync('lambdas/**/*.handler.ts', { cwd: REPOSITORY }).map((entry) => ({
      in: entry,
      out: join(dirname(entry), 'index'),
    })),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    conditions: ['module'],
    banner: { js: BANNER },
    minify: true,
    keepNames: true, // errors are told apart by name
    sourcemap: true,
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'warning',
  });
}
