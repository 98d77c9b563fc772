import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { StartError } from '../start-error.ts';
import { hashSources } from './source-hash.ts';

const SYNTH_LIMIT_MS = 180_000;
const KEPT_DAYS = 2; // an assembly nobody started from for so long goes
const DAY_MS = 86_400_000;

const CdkJson = z.object({ context: z.record(z.string(), z.unknown()).default({}) });

/** The CLI would pass cdk.json's context on; we run the app without it. */
async function contextOf(root: string): Promise<string> {
  const { context } = CdkJson.parse(JSON.parse(await readFile(join(root, 'cdk.json'), 'utf8')));
  return JSON.stringify({ ...context, ...chosen(), stage: 'local' });
}

/** Settings of the stage that whoever runs the host may choose in its environment: they decide what the template has. */
function chosen(): Readonly<Record<string, string>> {
  const sessionStore = process.env['SESSION_STORE'];
  return sessionStore === undefined ? {} : { sessionStore };
}

async function runApp(root: string, outDir: string, context: string, signal: AbortSignal): Promise<void> {
  const env = { ...process.env, CDK_OUTDIR: outDir, CDK_CONTEXT_JSON: context };
  try {
    await promisify(execFile)(process.execPath, ['cdk/bin/app.ts'], { cwd: root, env, signal, timeout: SYNTH_LIMIT_MS });
  } catch (error) {
    signal.throwIfAborted();
    const output = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    throw new StartError(`The CDK app cannot be synthesized:\n${output.slice(-4_000)}`);
  }
}

async function removeStale(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    const path = join(cache, name);
    const usedAt = (await stat(path).catch(() => undefined))?.mtimeMs ?? 0; // gone: another host was quicker
    if (Date.now() - usedAt > KEPT_DAYS * DAY_MS) await rm(path, { recursive: true, force: true });
  }
}

/** Two hosts may synthesize at once; whoever is second finds the place taken by the very same content. */
async function moveIntoPlace(made: string, place: string): Promise<void> {
  await rename(made, place).catch((error: unknown) => {
    if (!existsSync(join(place, 'manifest.json'))) throw error;
  });
}

/**
 * The folder of the cloud assembly of the sources under `root`, stage `local`: synthesized once for each state of the
 * sources and each choice of settings, and kept in `cache`. Throws a StartError with the app's own words when it cannot be synthesized.
 */
export async function synthesize(root: string, cache: string, signal: AbortSignal): Promise<string> {
  const context = await contextOf(root);
  const place = join(cache, await hashSources(root, context));
  await mkdir(cache, { recursive: true });
  if (!existsSync(join(place, 'manifest.json'))) {
    const made = `${place}.${process.pid}`;
    try {
      await runApp(root, made, context, signal);
      await moveIntoPlace(made, place);
    } finally {
      await rm(made, { recursive: true, force: true });
    }
  }
  await utimes(place, new Date(), new Date());
  await removeStale(cache);
  return place;
}
