import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { MessageFailure } from '../../shared/contracts/message.ts';
import { inMegabytes } from '../../shared/domain/media/media-kinds.ts';
import type { MediaStore } from '../../shared/domain/media/media-store.ts';
import type { WhatsAppClient } from '../whatsapp/whatsapp-client.ts';
import type { ScratchFiles } from './scratch-files.ts';

/** A file of a message that came in. */
export interface IncomingFile {
  readonly id: string; // med_…
  readonly wireId: string;
  readonly peer: string;
  /** WhatsApp's own time of the message, Unix ms. */
  readonly atMs: number;
  readonly mimetype: string;
  readonly filename: string | null;
  readonly bytes: number; // as WhatsApp described it
  readonly sha256: string | null;
}

export interface StoredFile {
  readonly bytes: number;
  readonly sha256: string;
}

export type FetchOutcome = { readonly stored: StoredFile } | { readonly failure: MessageFailure };

export interface FetchDeps {
  readonly store: Pick<MediaStore, 'find' | 'put'>;
  readonly scratch: ScratchFiles;
  readonly maxBytes: number;
}

const failed = (code: string, detail: string): FetchOutcome => ({ failure: { code, detail } });

/**
 * Brings a file from WhatsApp into the bucket, by way of the disk. One that is there already (an owner before us got as far
 * as that) is not fetched again. Rejects when the page is gone, or the disk or the bucket does not work: try again.
 */
export async function fetchIncoming({ store, scratch, maxBytes }: FetchDeps, client: Pick<WhatsAppClient, 'downloadFile'>, workspaceId: string, file: IncomingFile): Promise<FetchOutcome> {
  if (file.bytes > maxBytes) return failed('media_too_large', `The file has ${inMegabytes(file.bytes)}; up to ${inMegabytes(maxBytes)} are fetched`);
  const known = await store.find({ workspaceId, id: file.id });
  if (known?.sha256) return { stored: { bytes: known.bytes, sha256: known.sha256 } };
  const path = await scratch.newPath();
  try {
    const got = await save(client, file, path, maxBytes);
    if ('failure' in got) return got;
    const { mimetype, id } = file;
    await store.put({ workspaceId, id, mimetype, ...got.stored }, createReadStream(path));
    return got;
  } finally {
    await scratch.remove(path);
  }
}

/** What WhatsApp gives must be what it described: an empty file, or another one, is none. */
async function save(client: Pick<WhatsAppClient, 'downloadFile'>, file: IncomingFile, path: string, maxBytes: number): Promise<FetchOutcome> {
  const [hash, target] = [createHash('sha256'), await open(path, 'w', 0o600)];
  let bytes = 0;
  try {
    const outcome = await client.downloadFile(file, async (slice) => {
      bytes += slice.length;
      hash.update(slice);
      await target.write(slice);
    });
    if (outcome.outcome === 'failed') return failed(outcome.code, outcome.detail);
  } finally {
    await target.close();
  }
  if (bytes === 0) return failed('media_empty', 'WhatsApp gave an empty file');
  if (bytes > maxBytes) return failed('media_too_large', `The file has ${inMegabytes(bytes)}; up to ${inMegabytes(maxBytes)} are fetched`);
  const sha256 = hash.digest('base64');
  const isOther = file.sha256 !== null ? sha256 !== file.sha256 : file.bytes > 0 && bytes !== file.bytes;
  return isOther ? failed('media_corrupt', 'WhatsApp gave other bytes than it described') : { stored: { bytes, sha256 } };
}
