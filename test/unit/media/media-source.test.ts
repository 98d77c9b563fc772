import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ScratchFiles } from '../../../fleet/media/scratch-files.ts';
import { makeFetchMedia, type FetchMediaDeps, type MediaContent } from '../../../fleet/whatsapp/media-source.ts';
import { aFile } from '../../support/builders/files.ts';
import { anId } from '../../support/builders/session.ts';
import { memoryMediaStore } from '../../support/fakes/memory-media-store.ts';

const MIB = 1024 * 1024;
const URL = 'https://files.example.com/a/Gr%C3%B6%C3%9Fe%20%2F1.png?x=1';

describe('the file of a message that is sent', () => {
  let dir: string;
  const workspaceId = anId('wsp');
  const store = memoryMediaStore();
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'blazz-source-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  const gives = (content: Buffer, contentType?: string): FetchMediaDeps['download'] => async ({ path }) => {
    await writeFile(path, content);
    return { outcome: 'downloaded', contentType };
  };
  const fetch = (content: MediaContent, over: Partial<FetchMediaDeps> = {}) =>
    makeFetchMedia({ download: gives(aFile('image/png')), store, scratch: new ScratchFiles(dir), ...over })(workspaceId, content);
  async function kept(content: Buffer): Promise<string> {
    const id = anId('med');
    await store.put({ workspaceId, id, mimetype: 'image/png', bytes: content.length, sha256: null }, (async function* () { yield content; })());
    return id;
  }
  async function whole(content: MediaContent, over?: Partial<FetchMediaDeps>) {
    const outcome = await fetch(content, over);
    if ('failure' in outcome) throw new Error(outcome.failure.detail);
    const { path, release, ...file } = outcome.file;
    const bytes = await readFile(path);
    await release();
    return { ...file, content: bytes };
  }

  it('comes out of the message, the bucket or from its address, with its name and type', async () => {
    const png = aFile('image/png');
    const base64 = png.toString('base64');
    expect(await whole({ type: 'image', media: { base64, mimetype: 'image/jpeg' } })).toEqual({ mimetype: 'image/png', filename: 'file', bytes: png.length, content: png });
    expect(await whole({ type: 'image', media: { id: await kept(png), mimetype: 'image/png', filename: 'a.png' } })).toEqual({ mimetype: 'image/png', filename: 'a.png', bytes: png.length, content: png });
    const download = gives(png, 'image/png; charset=utf-8');
    expect(await whole({ type: 'image', media: { url: URL } }, { download })).toEqual({ mimetype: 'image/png', filename: 'Größe _1.png', bytes: png.length, content: png });
    expect(await readdir(dir)).toEqual([]);
  });

  it.each<[string, MediaContent['media'] | 'uploaded', Buffer | undefined, string]>([
    ['lies about its type', { url: URL, mimetype: 'image/png' }, Buffer.from('<html>no</html>'), 'media_type_mismatch'],
    ['is empty', { url: URL }, Buffer.alloc(0), 'media_empty'],
    ['is empty within the message', { base64: '', mimetype: 'image/png' }, undefined, 'media_empty'],
    ['is larger than such a message may have', 'uploaded', aFile('image/png', 16 * MIB + 1), 'media_too_large'],
    ['is gone from the bucket', { id: anId('med') }, undefined, 'media_expired'],
  ])('%s: nothing goes, and nothing stays on the disk', async (_, media, content = Buffer.alloc(0), code = '') => {
    const of = media === 'uploaded' ? { id: await kept(content) } : media;
    expect(await fetch({ type: 'image', media: of }, { download: gives(content) })).toMatchObject({ failure: { code } });
    expect(await readdir(dir)).toEqual([]);
  });

  it('says why its address gave none, and how much it may have', async () => {
    let asked = 0;
    const download: FetchMediaDeps['download'] = async ({ maxBytes }) => {
      asked = maxBytes;
      return { outcome: 'failed', code: 'media_unreachable', detail: 'no' };
    };
    expect(await fetch({ type: 'video', media: { url: URL } }, { download })).toEqual({ failure: { code: 'media_unreachable', detail: 'no' } });
    expect(asked).toBe(64 * MIB);
  });

  it('is asked for again when the bucket is in trouble: that says nothing of the file', async () => {
    const broken = { read: async () => Promise.reject(new Error('no bucket')) };
    await expect(fetch({ type: 'image', media: { id: anId('med') } }, { store: broken })).rejects.toThrow('no bucket');
    expect(await readdir(dir)).toEqual([]);
  });
});
