import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { access, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createBrotliDecompress } from 'node:zlib';
import { extractTar } from '../../storage/tar-folder.ts';

const run = promisify(execFile);
const VERSION_TIMEOUT_MS = 15_000;
const UNPACK_TIMEOUT_MS = 60_000;
const LOOK_EVERY_MS = 100;
const KNOWN_PLACES = [
  '/usr/lib/chromium/chromium-headless-shell', // Debian's /usr/bin one is a shell script that stays between us and the browser
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

export interface BrowserExecutable {
  readonly path: string;
  /** Such as 153.0.8010.0 */
  readonly version: string;
  /** Folder with libraries the system lacks. */
  readonly libraryPath: string | undefined;
}

/**
 * The browser to run: the one configured, else the one in @sparticuz/chromium (x64), else one the system has.
 * Throws an Error that says what to install.
 */
export async function findBrowser(configuredPath: string | undefined): Promise<BrowserExecutable> {
  if (configuredPath) return checked(configuredPath, `PUPPETEER_EXECUTABLE_PATH names ${configuredPath}, which does not run`);
  const unpacked = process.arch === 'x64' && process.platform === 'linux' ? await unpackedBrowser() : undefined;
  if (unpacked) return unpacked;
  for (const path of KNOWN_PLACES) {
    const found = await probe(path, undefined);
    if (found) return found;
  }
  throw new Error('No browser found: install chromium (Debian: apt-get install chromium-headless-shell) or set PUPPETEER_EXECUTABLE_PATH');
}

async function checked(path: string, complaint: string): Promise<BrowserExecutable> {
  const found = await probe(path, undefined);
  if (!found) throw new Error(complaint);
  return found;
}

/** `undefined`: it is not there or does not run. */
async function probe(path: string, libraryPath: string | undefined): Promise<BrowserExecutable | undefined> {
  try {
    const env = { PATH: '/usr/bin:/bin', ...(libraryPath && { LD_LIBRARY_PATH: libraryPath }) };
    const { stdout } = await run(path, ['--version'], { timeout: VERSION_TIMEOUT_MS, env });
    const version = /\d+(\.\d+){3}/.exec(stdout)?.[0];
    return version === undefined ? undefined : { path, version, libraryPath };
  } catch {
    return undefined;
  }
}

/** Unpacked once a machine, whoever comes first: a half-written browser must never be started. */
async function unpackedBrowser(): Promise<BrowserExecutable | undefined> {
  const { default: chromium } = await import('@sparticuz/chromium');
  return withLock(join(tmpdir(), 'blazz-browser.lock'), async () => {
    const path = await chromium.executablePath();
    const plain = await probe(path, undefined);
    if (plain) return plain;
    const withLibraries = await probe(path, await unpackedLibraries());
    if (withLibraries) return withLibraries;
    await rm(path, { force: true }); // left half-written by a process that was killed
    const again = await chromium.executablePath();
    return (await probe(again, undefined)) ?? probe(again, await unpackedLibraries());
  });
}

/** libnss3 and its kin, which slim systems lack; the package brings them for Lambda. */
async function unpackedLibraries(): Promise<string> {
  const folder = join(tmpdir(), 'blazz-browser-libraries');
  const isThere = await access(folder).then(() => true, () => false);
  if (!isThere) {
    const archive = join(dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))), '../bin/al2023.tar.br');
    const partial = `${folder}.${process.pid}`;
    await mkdir(partial, { recursive: true });
    await pipeline(createReadStream(archive), createBrotliDecompress(), extractTar(partial));
    await rename(partial, folder);
  }
  return join(folder, 'lib');
}

/** Runs `work` while no other process does. A holder that died does not keep the lock. */
async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + UNPACK_TIMEOUT_MS;
  for (;;) {
    const handle = await open(path, 'wx').catch(() => undefined);
    if (handle) {
      try {
        await handle.writeFile(String(process.pid));
        return await work();
      } finally {
        await handle.close();
        await rm(path, { force: true });
      }
    }
    if (Date.now() > deadline || !(await isHeld(path))) await rm(path, { force: true });
    else await pause(LOOK_EVERY_MS);
  }
}

async function isHeld(path: string): Promise<boolean> {
  const pid = Number(await readFile(path, 'utf8').catch(() => ''));
  if (!pid) return true; // just made, its owner is about to sign it
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
