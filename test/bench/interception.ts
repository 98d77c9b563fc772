import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'puppeteer';
import whatsapp from 'whatsapp-web.js';
import { PhonesClient } from '../../local/client/phones-client.ts';
import { SimulatedService } from '../support/simulated-service.ts';
import { BareNumber } from './bare-clients.ts';
import type { BenchOptions, Measurement, Row } from './measurement.ts';
import { processTree, sumOf } from './process-tree.ts';
import { median, round } from './statistics.ts';

const FILES = 100;
const FILE_BYTES = 200_000;
const TO = '+491590000001';
const BLOCKED = ['image', 'font', 'media'];

/** Every request goes through Node and back, those we let pass too. */
async function intercept(page: Page): Promise<void> {
  await page.setRequestInterception(true);
  page.on('request', (request) => void (BLOCKED.includes(request.resourceType()) ? request.abort() : request.continue()));
}

const file = () => new whatsapp.MessageMedia('application/pdf', Buffer.alloc(FILE_BYTES, 'a file').toString('base64'), 'file.pdf');
const cpuSeconds = async (pid: number): Promise<number> => sumOf((await processTree(pid)).map((each) => each.cpuSeconds));

/** CPU of this process, the browser and the simulated service for each file sent, in ms. */
async function cpuPerFile(number: BareNumber, files: number): Promise<number> {
  const before = await cpuSeconds(process.pid);
  for (let n = 0; n < files; n++) await number.client.sendMessage(`${TO.slice(1)}@c.us`, file());
  return (((await cpuSeconds(process.pid)) - before) / files) * 1_000;
}

interface Way {
  readonly name: string;
  readonly prepare: (page: Page) => Promise<void>;
}

const WAYS: readonly Way[] = [
  { name: 'nothing intercepted', prepare: async () => undefined },
  { name: `${BLOCKED.join(', ')} intercepted`, prepare: intercept },
];

async function measureOne(service: SimulatedService, { name, prepare }: Way, options: BenchOptions): Promise<Row> {
  const files = Math.round(FILES * options.scale);
  const number = await BareNumber.link(service, new PhonesClient(service.address.control), '+4915990000000');
  try {
    if (number.client.pupPage) await prepare(number.client.pupPage);
    await cpuPerFile(number, 10); // warm
    const costs: number[] = [];
    for (let n = 0; n < options.repeat; n++) costs.push(await cpuPerFile(number, files));
    return { what: `${name}, ${files} files of ${FILE_BYTES / 1_000} KB, median of ${options.repeat}`, figures: { 'CPU ms a file, all processes': round(median(costs)) } };
  } finally {
    await number.close();
  }
}

async function measure(options: BenchOptions): Promise<readonly Row[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'blazz-bench-'));
  const service = await SimulatedService.start(dataDir);
  try {
    await new PhonesClient(service.address.control).register(TO);
    const rows: Row[] = [];
    for (const way of WAYS) rows.push(await measureOne(service, way, options));
    return rows;
  } finally {
    await service.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

export const interception: Measurement = { name: 'interception', title: 'Blocking resources by interception', run: measure };
