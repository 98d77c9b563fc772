import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { StartError } from './start-error.ts';

/** Where the browsers of the fleet find WhatsApp Web. */
export type WhatsappTarget =
  | { readonly kind: 'simulator' }
  | { readonly kind: 'live' }
  | { readonly kind: 'other'; readonly address: string; readonly spki: string };

export interface Options {
  readonly port: number; // of the API; 0: a free one
  readonly instances: number;
  /** Up to which the fleet may grow with its sessions. */
  readonly maxInstances: number;
  readonly dataDir: string; // absolute; local.json is written here
  readonly isEphemeral: boolean; // everything but local.json goes to a temporary folder, removed at the end
  /** Servers that run already, in place of our own. */
  readonly endpoints: { readonly dynamodb: string | undefined; readonly sqs: string | undefined };
  readonly whatsapp: WhatsappTarget;
  /** How the fleet reports: on the queue, or as one outside does, over HTTP with a spool on the disk. */
  readonly eventsVia: 'sqs' | 'ingest';
}

export const USAGE = `Runs all of Blazz on this machine.

  npm start -- [options]

  --port <n>                  port of the API (3000; 0 takes a free one)
  --instances <n>             fleet instances to keep running (2)
  --max-instances <n>         let the fleet grow with its sessions up to so many (as many as --instances)
  --data-dir <folder>         where tables, keys and snapshots live (.blazz); the next start resumes from it
  --ephemeral                 keep nothing: only local.json goes to the data dir, and is gone at the end
  --whatsapp simulator|live   the simulated WhatsApp service (default), or the real one
  --whatsapp-address <host:port> --whatsapp-spki <hash>
                              point the browsers at another simulated service
  --events-via sqs|ingest     the fleet reports on the queue (default), or over HTTP as one outside does
  --dynamodb-endpoint <url>   use the DynamoDB that runs there, in place of our own
  --sqs-endpoint <url>        the same for SQS
  --help                      this text`;

const MOST_INSTANCES = 100;

const FLAGS = {
  port: { type: 'string', default: '3000' },
  instances: { type: 'string', default: '2' },
  'max-instances': { type: 'string' },
  'data-dir': { type: 'string' },
  ephemeral: { type: 'boolean', default: false },
  whatsapp: { type: 'string' },
  'whatsapp-address': { type: 'string' },
  'whatsapp-spki': { type: 'string' },
  'events-via': { type: 'string', default: 'sqs' },
  'dynamodb-endpoint': { type: 'string' },
  'sqs-endpoint': { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

type Flags = ReturnType<typeof readFlags>;

const wrong = (message: string): StartError => new StartError(`${message} (--help shows the options)`, 2);

function readFlags(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: FLAGS, allowPositionals: false }).values;
  } catch (error) {
    const [sentence] = String(error instanceof Error ? error.message : error).split(/\. |\n/);
    throw wrong(sentence ?? 'Wrong options');
  }
}

function wholeNumber(flag: string, text: string, most: number): number {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value <= most)) throw wrong(`--${flag} takes a whole number from 0 to ${most}, not '${text}'`);
  return value;
}

function otherService(address: string | undefined, spki: string | undefined): WhatsappTarget {
  if (!address || !spki) throw wrong('--whatsapp-address and --whatsapp-spki go together');
  if (!/^[\w.-]+:\d+$/.test(address)) throw wrong(`--whatsapp-address takes host:port, not '${address}'`);
  return { kind: 'other', address, spki };
}

function whatsappTarget(flags: Flags): WhatsappTarget {
  const { whatsapp, 'whatsapp-address': address, 'whatsapp-spki': spki } = flags;
  if (whatsapp !== undefined && whatsapp !== 'simulator' && whatsapp !== 'live') {
    throw wrong(`--whatsapp takes simulator or live, not '${whatsapp}'`);
  }
  if (address === undefined && spki === undefined) return { kind: whatsapp ?? 'simulator' };
  if (whatsapp === 'live') throw wrong('--whatsapp live takes no --whatsapp-address');
  return otherService(address, spki);
}

function endpoint(flag: 'dynamodb-endpoint' | 'sqs-endpoint', flags: Flags): string | undefined {
  const url = flags[flag];
  if (url !== undefined && !/^https?:\/\/[\w.:[\]-]+\/?$/.test(url)) throw wrong(`--${flag} takes an http address, not '${url}'`);
  return url;
}

function eventsVia({ 'events-via': way }: Flags): Options['eventsVia'] {
  if (way === 'sqs' || way === 'ingest') return way;
  throw wrong(`--events-via takes sqs or ingest, not '${way}'`);
}

function fleetSize(flags: Flags): Pick<Options, 'instances' | 'maxInstances'> {
  const instances = wholeNumber('instances', flags.instances, MOST_INSTANCES);
  const maxInstances = wholeNumber('max-instances', flags['max-instances'] ?? flags.instances, MOST_INSTANCES);
  if (maxInstances < instances) throw wrong(`--max-instances must not be less than --instances, which is ${instances}`);
  return { instances, maxInstances };
}

/** Reads the command line. 'help' if that was asked for. Throws a StartError with exit code 2. */
export function readOptions(args: readonly string[]): Options | 'help' {
  const flags = readFlags(args);
  if (flags.help) return 'help';
  return {
    port: wholeNumber('port', flags.port, 65_535),
    ...fleetSize(flags),
    dataDir: resolve(flags['data-dir'] ?? '.blazz'),
    isEphemeral: flags.ephemeral,
    endpoints: { dynamodb: endpoint('dynamodb-endpoint', flags), sqs: endpoint('sqs-endpoint', flags) },
    whatsapp: whatsappTarget(flags),
    eventsVia: eventsVia(flags),
  };
}
