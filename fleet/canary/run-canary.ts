import type { MessageContent } from '../../shared/contracts/message.ts';
import { probeSelf } from '../sessions/self-probe.ts';
import type { WhatsAppClient, WhatsAppEvent } from '../whatsapp/whatsapp-client.ts';

const PROBE_MS = 60_000;

const TEXT: MessageContent = { type: 'text', text: 'Blazz canary: text' };
const FILE: MessageContent = {
  type: 'document', text: 'Blazz canary: file',
  media: { base64: Buffer.from('Blazz canary').toString('base64'), mimetype: 'text/plain', filename: 'canary.txt' },
};

export interface CanaryOptions {
  readonly open: (onEvent: (event: WhatsAppEvent) => void) => WhatsAppClient;
  /** The number is not linked: somebody has to scan this. */
  readonly onQr: (qr: string) => void;
  /** From the start until it has to be ready, scanning included. */
  readonly readyWithinMs: number;
}

export interface CanaryReport {
  readonly isPassed: boolean;
  readonly build: string | null;
  /** What was tried, with `null` for what went well. */
  readonly checks: Readonly<Record<string, string | null>>;
}

type Ready = Extract<WhatsAppEvent, { type: 'ready' }>;

/**
 * Whether our client works on the page that WhatsApp serves now: one linked number gets ready and sends a text and a
 * file to itself. That the build is later than the adopted one is no failure: that is what the canary is for.
 */
export async function runCanary({ open, onQr, readyWithinMs }: CanaryOptions): Promise<CanaryReport> {
  const missing: string[] = [];
  let onEnd: (end: Ready | string) => void = () => undefined;
  const ended = new Promise<Ready | string>((resolve) => { onEnd = resolve; });
  const client = open((event) => {
    if (event.type === 'qr') onQr(event.qr);
    if (event.type === 'ready') onEnd(event);
    if (event.type === 'closed') onEnd(`${event.reason}: ${event.detail}`);
    if (event.type === 'page-warning' && event.code !== 'unknown_build') missing.push(event.detail);
  });
  const timer = setTimeout(() => onEnd(`not ready within ${readyWithinMs / 1_000} s`), readyWithinMs);
  try {
    await client.start();
    const end = await ended;
    if (typeof end === 'string') return report(null, { ready: end });
    const probes = { text: await probe(client, end, TEXT), file: await probe(client, end, FILE) };
    return report(end.pageBuild, { ready: null, modules: missing.join('; ') || null, ...probes });
  } finally {
    clearTimeout(timer);
    await client.close();
  }
}

async function probe(client: WhatsAppClient, { phoneNumber }: Ready, content: MessageContent): Promise<string | null> {
  const isTaken = await probeSelf(client, phoneNumber, Date.now() + PROBE_MS, content).catch(() => false);
  return isTaken ? null : 'WhatsApp did not take it';
}

const report = (build: string | null, checks: CanaryReport['checks']): CanaryReport => ({
  isPassed: Object.values(checks).every((failure) => failure === null),
  build,
  checks,
});
