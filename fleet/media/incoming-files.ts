import type { SessionEvent } from '../../shared/contracts/session-events.ts';
import type { MessageFailure } from '../../shared/contracts/message.ts';
import type { MediaStore } from '../../shared/domain/media/media-store.ts';
import type { Messages, StoredMessage } from '../../shared/domain/outbox/messages.ts';
import { receivedMediaIdOf } from '../../shared/identity/media-identity.ts';
import { timeOfMessageId } from '../../shared/identity/message-identity.ts';
import type { FleetMetrics } from '../observability/fleet-metrics.ts';
import type { Log } from '../observability/log.ts';
import { WakeSignal } from '../sessions/wake-signal.ts';
import type { ReceivedMessage, WhatsAppClient } from '../whatsapp/whatsapp-client.ts';
import { fetchIncoming, type FetchOutcome, type IncomingFile, type StoredFile } from './incoming-file.ts';
import type { ScratchFiles } from './scratch-files.ts';

/** What all sessions of an instance share for files that come in. */
export interface IncomingFileServices {
  readonly store: Pick<MediaStore, 'find' | 'put'>;
  readonly scratch: ScratchFiles;
  readonly maxBytes: number;
  /** A few at a time: each is whole in its page's memory. */
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
  /** Pauses before each further attempt. */
  readonly retries: FileRetries;
}

export interface FileRetries {
  /** WhatsApp gave a clear answer. It may be another one a moment later. */
  readonly refusedMs: readonly number[];
  /** The page, the network or the bucket was in the way. */
  readonly troubledMs: readonly number[];
}

export const FILE_RETRIES: FileRetries = { refusedMs: [1_000, 4_000], troubledMs: [2_000, 10_000, 60_000, 300_000, 600_000] };

export interface IncomingFilesOptions {
  readonly workspaceId: string;
  readonly sessionId: string;
  readonly services: IncomingFileServices;
  readonly messages: Pick<Messages, 'listPendingMedia'>;
  readonly report: (event: SessionEvent) => void;
  readonly metrics: Pick<FleetMetrics, 'inboundMedia'>;
  readonly log: Log;
}

interface Job {
  readonly file: IncomingFile;
  dueAt: number; // monotonic ms
  refusals: number;
  troubles: number;
}

const MOST_REMEMBERED = 5_000;
const PENDING_A_LOOK = 100;
/** Events of an owner before us may take so long until they show in the table. */
const LOOK_AGAIN_MS = 60_000;
const GONE = 'The page closed while the file was fetched';

/**
 * Fetches the files of one session's incoming messages, one after another, beside everything else the session does. What
 * is not settled when its page goes waits for the next one, here or on another instance: the table lists it.
 */
export class IncomingFiles {
  readonly #options: IncomingFilesOptions;
  readonly #jobs = new Map<string, Job>(); // by wire id
  readonly #settled = new Set<string>();
  readonly #wake = new WakeSignal();
  #client: Pick<WhatsAppClient, 'downloadFile'> | undefined;
  #running: Promise<void> | undefined;
  #lookTimer: NodeJS.Timeout | undefined;

  constructor(options: IncomingFilesOptions) {
    this.#options = options;
  }

  /** Whether files are still to be fetched, so that the page is needed. */
  get hasWork(): boolean {
    return this.#jobs.size > 0;
  }

  /** Messages may be told of again: each file is fetched once. */
  want(messages: readonly ReceivedMessage[]): void {
    for (const { media, wireId, peer, atMs } of messages) {
      if (media) this.#add({ ...media, sha256: media.sha256 || null, wireId, peer, atMs, id: receivedMediaIdOf(this.#options.sessionId, wireId, atMs) });
    }
  }

  /** There is a page to ask. */
  start(client: Pick<WhatsAppClient, 'downloadFile'>): void {
    this.#client = client;
    void this.#takeOver();
    clearTimeout(this.#lookTimer);
    this.#lookTimer = setTimeout(() => void this.#takeOver(), LOOK_AGAIN_MS);
    this.#pump();
  }

  /** The page is gone, or about to go; what is under way with it ends by itself. */
  stop(): void {
    this.#client = undefined;
    clearTimeout(this.#lookTimer);
    this.#wake.wake();
  }

  /** What owners before us left, and what we left ourselves when the last page went. */
  async #takeOver(): Promise<void> {
    const { messages, sessionId, log } = this.#options;
    try {
      for (const message of await messages.listPendingMedia(sessionId, PENDING_A_LOOK)) this.#add(fileOf(message));
    } catch (error) {
      log.warn({ sessionId, err: error }, 'could not see which files are still to be fetched');
    }
  }

  #add(file: IncomingFile | undefined): void {
    if (!file || this.#jobs.has(file.wireId) || this.#settled.has(file.wireId)) return;
    this.#jobs.set(file.wireId, { file, dueAt: performance.now(), refusals: 0, troubles: 0 });
    this.#wake.wake();
    this.#pump();
  }

  #pump(): void {
    if (!this.#client || this.#running || this.#jobs.size === 0) return;
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
      this.#pump();
    });
  }

  async #run(): Promise<void> {
    while (this.#client && this.#jobs.size > 0) {
      const [next] = [...this.#jobs.values()].sort((a, b) => a.dueAt - b.dueAt);
      if (!next) return;
      const waitMs = next.dueAt - performance.now();
      if (waitMs > 0) await this.#wake.sleep(waitMs);
      else await this.#attempt(next, this.#client);
    }
  }

  async #attempt(job: Job, client: Pick<WhatsAppClient, 'downloadFile'>): Promise<void> {
    const { services, workspaceId } = this.#options;
    const outcome = await services.inTurn(() => fetchIncoming(services, this.#whileOpen(client), workspaceId, job.file)).catch((error: unknown) => this.#troubled(error));
    if (this.#client !== client) return; // whatever it was, the page is gone: it waits for the next one
    if (outcome === undefined) return this.#again(job, job.troubles++, services.retries.troubledMs, { code: 'media_unavailable', detail: 'The file could not be fetched and stored; it was tried for a quarter of an hour' });
    if ('stored' in outcome) return this.#settle(job, outcome);
    const { failure } = outcome;
    if (failure.code === 'media_too_large') return this.#settle(job, outcome);
    if (failure.code === 'media_unavailable') return this.#again(job, job.troubles++, services.retries.troubledMs, failure);
    this.#again(job, job.refusals++, services.retries.refusedMs, failure);
  }

  /** Ends a transfer between two slices when its page is to close. */
  #whileOpen(client: Pick<WhatsAppClient, 'downloadFile'>): Pick<WhatsAppClient, 'downloadFile'> {
    return {
      downloadFile: (message, onSlice) =>
        client.downloadFile(message, async (slice) => {
          if (this.#client !== client) throw new Error(GONE);
          await onSlice(slice);
        }),
    };
  }

  #troubled(error: unknown): undefined {
    const { sessionId, log } = this.#options;
    if (this.#client) log.warn({ sessionId, err: error }, 'file not fetched, trying again');
  }

  #again(job: Job, attempts: number, pausesMs: readonly number[], failure: MessageFailure): void {
    const pauseMs = pausesMs[attempts];
    if (pauseMs === undefined) return this.#settle(job, { failure });
    job.dueAt = performance.now() + pauseMs;
  }

  #settle({ file }: Job, outcome: FetchOutcome): void {
    const { report, metrics } = this.#options;
    this.#jobs.delete(file.wireId);
    this.#settled.add(file.wireId);
    for (const oldest of this.#settled) if (this.#settled.size > MOST_REMEMBERED) this.#settled.delete(oldest);
    metrics.inboundMedia.inc({ outcome: 'stored' in outcome ? 'stored' : outcome.failure.code });
    report({
      type: 'message.media', at: new Date(file.atMs).toISOString(), settledAt: new Date().toISOString(), wireId: file.wireId, peer: file.peer,
      media: 'stored' in outcome ? mediaOf(file, outcome.stored) : null,
      failure: 'stored' in outcome ? null : outcome.failure,
    });
  }
}

const mediaOf = ({ id, mimetype, filename }: IncomingFile, { bytes, sha256 }: StoredFile) => ({ id, mimetype, filename, bytes, sha256 });

const fileOf = ({ id, media, wireId, peer }: StoredMessage): IncomingFile | undefined =>
  media && wireId !== null
    ? { id: media.id, wireId, peer, atMs: timeOfMessageId(id), mimetype: media.mimetype, filename: media.filename, bytes: media.bytes, sha256: media.sha256 }
    : undefined;
