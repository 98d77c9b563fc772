import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import whatsapp from 'whatsapp-web.js';
import { linkSession } from '../../local/client/link-session.ts';
import { PhonesClient } from '../../local/client/phones-client.ts';
import { until } from '../../local/client/until.ts';
import type { UploadView } from '../../shared/contracts/api/media.ts';
import type { ChatView, MessageView } from '../../shared/contracts/api/messages.ts';
import { Stack } from '../e2e/stack.ts';
import { aFile } from '../support/builders/files.ts';
import { uploadTo } from '../support/media-bucket.ts';
import { SimulatedService } from '../support/simulated-service.ts';
import { BareNumber } from './bare-clients.ts';
import { type BenchOptions, type Measurement, type Row, withStack } from './measurement.ts';
import { processTree, pssOf, sumOf } from './process-tree.ts';
import { round } from './statistics.ts';

const MIB = 1_048_576;
const SIZES_MIB = [1, 16, 64];
const SHOP = '+4915990000001';
const CARLA = '+4915990000002';
const SAMPLE_MS = 50;
const CALM_MS = 2_000;

interface Peaks {
  readonly node: number; // bytes above rest
  readonly browser: number;
  readonly seconds: number;
}

/** The most memory of its own a process has had since `resetPeak`, and what it has now: bytes of RSS. */
async function memoryOf(pid: number): Promise<{ readonly peak: number; readonly now: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0) * 1_024;
  return { peak: field('VmHWM'), now: field('VmRSS') };
}

const resetPeak = (pid: number): Promise<void> => writeFile(`/proc/${pid}/clear_refs`, '5');

const browserPss = async (pid: number): Promise<number> => sumOf(await Promise.all((await processTree(pid)).filter((each) => each.pid !== pid).map(pssOf)));

/** How far above rest a process and what it started get while `work` goes on. */
async function peaksDuring(pid: number, work: () => Promise<unknown>): Promise<Peaks> {
  await pause(CALM_MS);
  const [rest, restingBrowser, startedAt] = [(await memoryOf(pid)).now, await browserPss(pid), performance.now()];
  await resetPeak(pid);
  const done = new AbortController();
  const ended = work().finally(() => done.abort());
  let browser = restingBrowser;
  while (!done.signal.aborted) {
    browser = Math.max(browser, await browserPss(pid));
    await pause(SAMPLE_MS);
  }
  await ended;
  const { peak } = await memoryOf(pid);
  return { node: Math.max(0, peak - rest), browser: browser - restingBrowser, seconds: (performance.now() - startedAt) / 1_000 };
}

const rowOf = (what: string, { node, browser, seconds }: Peaks): Row => ({
  what,
  figures: { 'MB of Node above rest, peak': round(node / MIB), 'MB of the browser above rest, peak (PSS)': round(browser / MIB), seconds: round(seconds) },
});

const sizesOf = ({ scale }: BenchOptions): readonly number[] => SIZES_MIB.map((size) => Math.max(1, Math.round(size * scale)));

async function uploaded(stack: Stack, content: Buffer): Promise<string> {
  const { id, upload } = await stack.blazz.post<UploadView>('/v1/media', { mimetype: 'video/mp4', filename: 'a.mp4', bytes: content.length });
  await uploadTo(upload, content);
  return id;
}

async function sentBy(stack: Stack, sessionId: string, mediaId: string): Promise<void> {
  const { id } = await stack.blazz.post<MessageView>('/v1/messages', { sessionId, to: CARLA, type: 'video', media: { id: mediaId } });
  await until(async () => ['sent', 'delivered', 'read'].includes((await stack.blazz.get<MessageView>(`/v1/messages/${id}`)).status), { what: 'the video to be sent', timeoutMs: 120_000, everyMs: 200 });
}

async function receivedBy(stack: Stack, content: Buffer): Promise<void> {
  const text = `video of ${content.length}`;
  await stack.phones.writeFile(CARLA, SHOP, { type: 'video', content, mimetype: 'video/mp4', text });
  await until(async () => {
    const [chat] = (await stack.blazz.get<{ data: ChatView[] }>('/v1/chats')).data;
    const messages = chat && (await stack.blazz.get<{ data: MessageView[] }>(`/v1/chats/${chat.id}/messages`)).data;
    return messages?.some((message) => message.text === text && message.media?.status === 'stored');
  }, { what: 'the video to be stored', timeoutMs: 120_000, everyMs: 200 });
}

async function ofBlazz(stack: Stack, options: BenchOptions): Promise<readonly Row[]> {
  const { id: sessionId } = await linkSession(stack.blazz, stack.phones, SHOP, { pacing: { profile: 'unlimited' } });
  await stack.phones.register(CARLA);
  const [instance] = (await stack.host.local()).instances;
  if (!instance) throw new Error('There is no instance');
  await sentBy(stack, sessionId, await uploaded(stack, aFile('video/mp4', MIB))); // warm
  const rows: Row[] = [];
  for (const size of sizesOf(options)) {
    options.progress(`${size} MiB through Blazz`);
    const id = await uploaded(stack, aFile('video/mp4', size * MIB));
    rows.push(rowOf(`Blazz sends a video of ${size} MiB`, await peaksDuring(instance.pid, () => sentBy(stack, sessionId, id))));
    const content = aFile('video/mp4', size * MIB);
    rows.push(rowOf(`Blazz receives one of ${size} MiB`, await peaksDuring(instance.pid, () => receivedBy(stack, content))));
  }
  return rows;
}

/** As the library does it, and as Blazz did: the whole file as base64 in Node, and in one message to the page. */
async function ofTheLibrary(options: BenchOptions): Promise<readonly Row[]> {
  const dir = await mkdtemp(join(tmpdir(), 'blazz-bench-'));
  const service = await SimulatedService.start(join(dir, 'service'));
  try {
    const phones = new PhonesClient(service.address.control);
    await phones.register(CARLA);
    const number = await BareNumber.link(service, phones, SHOP);
    const rows: Row[] = [];
    for (const size of sizesOf(options)) {
      options.progress(`${size} MiB through the bare library`);
      const path = join(dir, 'a.mp4');
      await writeFile(path, aFile('video/mp4', size * MIB));
      const send = () => number.client.sendMessage(`${CARLA.slice(1)}@c.us`, whatsapp.MessageMedia.fromFilePath(path));
      rows.push(rowOf(`bare library sends a video of ${size} MiB`, await peaksDuring(process.pid, send)));
    }
    await number.close();
    return rows;
  } finally {
    await service.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

const measure = async (options: BenchOptions): Promise<readonly Row[]> => {
  const bare = await ofTheLibrary(options); // first: this process is still small
  return [...bare, ...(await withStack(() => Stack.start({ args: ['--instances', '1'] }), (stack) => ofBlazz(stack, options)))];
};

export const media: Measurement = { name: 'media', title: 'Memory of large files', run: measure };
