import { join } from 'node:path';
import * as z from 'zod';
import { Child } from './children/child.ts';
import { markOf } from './children/host-mark.ts';
import { KeptChild } from './children/kept-child.ts';
import type { LogFile } from './log-file.ts';
import { REPOSITORY } from './repository.ts';
import { StartError } from './start-error.ts';

export interface WhatsappServiceOptions {
  readonly folder: string;
  readonly dataDir: string;
  readonly log: LogFile;
}

/** The simulated WhatsApp service. */
export interface WhatsappService {
  readonly control: string; // URL of its control API and of the page with the phones
  readonly address: string; // host:port the browsers are sent to
  readonly spki: string;
  stop(): Promise<void>;
}

const PROGRAM = join(REPOSITORY, 'local/whatsapp/main.ts');
const READY_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 10_000;

/** `page` is where the browsers connect, as a URL or as host:port. */
const Ready = z.object({ control: z.string(), page: z.string(), spki: z.string() });

const hostOf = (address: string): string => (address.includes('//') ? new URL(address).host : address);
const portOf = (address: string): string => hostOf(address).split(':').at(-1) ?? '0';

const launch = ({ folder, dataDir, log }: WhatsappServiceOptions, controlPort: string, pagePort: string): Promise<Child> =>
  Child.spawn({
    command: process.execPath,
    args: [PROGRAM, '--data-dir', folder, '--control-port', controlPort, '--page-port', pagePort],
    env: { PATH: process.env['PATH'], BLAZZ_PARENT_WATCH: '1', ...markOf(dataDir) },
    log,
  });

/**
 * Starts it as a child process on free ports; if it dies it is started again on the same ports and data. Throws a
 * StartError when it does not start.
 */
export async function startWhatsappService(options: WhatsappServiceOptions): Promise<WhatsappService> {
  const child = await launch(options, '0', '0');
  const line = await child.firstLine(READY_LIMIT_MS);
  if (line === undefined) {
    await child.kill();
    throw new StartError(`The simulated WhatsApp service does not start: ${child.lastLine} (see ${options.log.path})`);
  }
  const { control, page, spki } = Ready.parse(JSON.parse(line));
  const kept = new KeptChild(child, () => launch(options, portOf(control), portOf(page)));
  return { control, address: hostOf(page), spki, stop: () => kept.stop(STOP_LIMIT_MS) };
}
