import type { LaunchOptions } from 'puppeteer';
import type { BrowserExecutable } from './browser-executable.ts';

const LAUNCH_TIMEOUT_MS = 30_000;
/** Longest answer from the page we wait for; puppeteer's own 180 s would hang a session that long. */
const PROTOCOL_TIMEOUT_MS = 150_000;

/** Where WhatsApp's page is, if not at its real address: a simulated service, told apart by its certificate. */
export interface WhatsAppAddress {
  readonly hostAndPort: string;
  /** base64 SHA-256 of its certificate's public key */
  readonly spki: string;
}

/**
 * What we add to puppeteer's own flags, which keep first-run pages, sync, crash reports, background traffic and /dev/shm
 * out already. What each saves, and which others were tried, is in docs/benchmarks.md.
 */
const BASE_FLAGS = [
  '--no-sandbox', // containers give no user namespaces; the container is the sandbox
  '--disable-gpu', // there is none
  '--disable-gpu-shader-disk-cache', // three caches of half a megabyte each, made even without a GPU
  '--disable-software-rasterizer', // nor anything to draw in three dimensions
  '--disable-quic', // firewalls between a task and WhatsApp let TCP through
  '--disable-component-update', // else every profile downloads its own
  '--disk-cache-size=1', // nothing of a cache is worth keeping in a snapshot
  '--no-zygote',
  '--in-process-gpu',
  '--enable-features=NetworkServiceInProcess2', // with the two above: two processes a session in place of six
];

const redirectFlags = ({ hostAndPort, spki }: WhatsAppAddress): string[] => [
  `--host-resolver-rules=MAP web.whatsapp.com:443 ${hostAndPort},MAP * ~NOTFOUND,EXCLUDE ${hostAndPort.replace(/:\d+$/, '')}`,
  `--ignore-certificate-errors-spki-list=${spki}`,
];

/** Chromium ignores this flag; whoever sweeps leftovers reads from it which process had started the browser. */
export const OWNER_FLAG = '--blazz-owner=';

/**
 * How to start one session's browser. Over a pipe, because Chromium ends itself when the pipe closes: however we die,
 * no browser is left. It gets a process group of its own, so that one SIGKILL ends all of it.
 */
export const launchOptions = (executable: BrowserExecutable, profileDir: string, address?: WhatsAppAddress): LaunchOptions => ({
  executablePath: executable.path,
  headless: 'shell',
  pipe: true,
  userDataDir: profileDir,
  defaultViewport: null,
  args: [...BASE_FLAGS, ...(address ? redirectFlags(address) : []), `${OWNER_FLAG}${process.pid}`],
  env: { HOME: profileDir, PATH: '/usr/bin:/bin', ...(executable.libraryPath && { LD_LIBRARY_PATH: executable.libraryPath }) },
  timeout: LAUNCH_TIMEOUT_MS,
  protocolTimeout: PROTOCOL_TIMEOUT_MS,
  // Else Chromium tells us of every request and copies every socket frame, payload and all, over the pipe, to nobody:
  // 0.19 ms of its CPU a message sent in place of 0.13, and 0.042 ms of ours in place of 0.028 (docs/troubles.md).
  networkEnabled: false,
  handleSIGINT: false, // whoever ends this process closes its sessions in order
  handleSIGTERM: false,
  handleSIGHUP: false,
});

/** The library's own says Chrome 101 on a Mac, which fits no browser we start. */
export const userAgentOf = ({ version }: BrowserExecutable): string =>
  `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version.split('.')[0]}.0.0.0 Safari/537.36`;
