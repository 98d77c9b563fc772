import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import qrcode from 'qrcode';
import { ScratchFiles } from '../media/scratch-files.ts';
import { fleetLog } from '../observability/log.ts';
import { makeFetchMedia } from '../whatsapp/media-source.ts';
import { findBrowser } from '../whatsapp/webjs/browser-executable.ts';
import { guardRejections } from '../whatsapp/webjs/rejection-guard.ts';
import { WebjsClient } from '../whatsapp/webjs/webjs-client.ts';
import { runCanary } from './run-canary.ts';

const USAGE = `Checks that Blazz works on the page WhatsApp serves now: links one number (or restores it), sends a text and a file to itself.

  npm run canary -- [--profile DIR] [--wait SECONDS] [--address HOST:PORT --spki HASH]

  --profile  where the number's link is kept between runs (default .blazz/canary)
  --wait     until it has to be ready, scanning included (default 180)
  --address, --spki  a simulated WhatsApp in place of the real one; its process prints both
`;

const { values } = parseArgs({
  options: {
    profile: { type: 'string', default: '.blazz/canary' },
    wait: { type: 'string', default: '180' },
    address: { type: 'string' },
    spki: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

const profileDir = resolve(values.profile);
const address = values.address !== undefined && values.spki !== undefined ? { hostAndPort: values.address, spki: values.spki } : undefined;

const log = fleetLog('warn', { program: 'canary' });
/** Its own file comes with the message. */
const nothing = async () => ({ outcome: 'failed', code: 'media_unreachable', detail: 'the canary downloads nothing' }) as const;

async function run(): Promise<number> {
  guardRejections(log, (error) => { throw error; });
  await mkdir(profileDir, { recursive: true });
  const executable = await findBrowser(undefined);
  const report = await runCanary({
    readyWithinMs: Number(values.wait) * 1_000,
    open: (onEvent) => new WebjsClient({
      workspaceId: 'canary', sessionId: 'canary', profileDir, pairingPhoneNumber: null, executable, address, onEvent,
      log,
      fetchMedia: makeFetchMedia({ download: nothing, store: { read: async () => undefined }, scratch: new ScratchFiles(join(profileDir, 'files')) }),
    }),
    onQr: (qr) => void qrcode.toString(qr, { type: 'terminal', small: true }).then((picture) => process.stderr.write(`${picture}\n${qr}\n`)),
  });
  process.stdout.write(`${JSON.stringify(report)}\n`);
  return report.isPassed ? 0 : 1;
}

if (values.help) process.stdout.write(USAGE);
else process.exitCode = await run();
