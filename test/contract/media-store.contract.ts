import { describe, expect, it } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import type { MediaStore, NewUpload, UploadTarget } from '../../shared/domain/media/media-store.ts';
import { anId } from '../support/builders/session.ts';

export interface MediaStoreUnderTest {
  readonly store: MediaStore;
  /** What a client does with a target; the status it gets. */
  upload(target: UploadTarget, content: Buffer): Promise<number>;
  /** What a link gives anybody; `undefined`: nothing. */
  open(link: string): Promise<Buffer | undefined>;
}

const sha256Of = (content: Buffer): string => createHash('sha256').update(content).digest('base64');
const fileOf = (content: Buffer, change: Partial<NewUpload> = {}): NewUpload => ({
  workspaceId: anId('wsp'), id: anId('med'), mimetype: 'image/png', bytes: content.length, sha256: sha256Of(content), ...change,
});
async function* inChunks(content: Buffer): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < content.length; from += 70_000) yield content.subarray(from, from + 70_000);
}
async function whole(content: AsyncIterable<Uint8Array> | undefined): Promise<Buffer | undefined> {
  if (!content) return undefined;
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Run on the fake in unit tests and on S3 in integration tests. */
export function describeMediaStore(name: string, make: () => MediaStoreUnderTest): void {
  describe(`${name} keeps the contract of MediaStore`, () => {
    it('gives back what was put, to its own workspace only (I6)', async () => {
      const [{ store }, content] = [make(), randomBytes(200_000)];
      const file = fileOf(content);
      await store.put(file, inChunks(content));
      expect(await store.find(file)).toEqual({ mimetype: 'image/png', bytes: content.length, sha256: file.sha256 });
      expect(content.equals((await whole(await store.read(file))) ?? Buffer.alloc(0))).toBe(true);
      const elsewhere = { ...file, workspaceId: anId('wsp') };
      expect([await store.find(elsewhere), await store.read(elsewhere), await store.findUpload(file)]).toEqual([undefined, undefined, undefined]);
    });

    it('takes no other bytes than those described, and keeps nothing of them', async () => {
      const [{ store }, content] = [make(), randomBytes(1_000)];
      const file = fileOf(content);
      expect(await store.put(file, inChunks(randomBytes(1_000))).then(() => 'kept', () => 'refused')).toBe('refused');
      expect(await store.find(file)).toBeUndefined();
    });

    it('keeps an upload beyond its day once it is used, and again without harm', async () => {
      const [{ store, upload }, content] = [make(), randomBytes(150_000)];
      const file = fileOf(content, { sha256: null });
      expect(await store.keepUpload(file)).toBe(false);
      expect(await upload(await store.uploadTarget(file), content)).toBe(200);
      expect(await store.findUpload(file)).toMatchObject({ mimetype: 'image/png', bytes: content.length });
      for (let i = 0; i < 2; i++) expect(await store.keepUpload(file)).toBe(true);
      expect(content.equals((await whole(await store.read(file))) ?? Buffer.alloc(0))).toBe(true);
    });

    it('refuses an upload of another size, type or content than was announced', async () => {
      const [{ store, upload }, content] = [make(), randomBytes(1_000)];
      const file = fileOf(content);
      const target = await store.uploadTarget(file);
      expect(await upload(target, Buffer.concat([content, content]))).toBe(403);
      expect(await upload({ ...target, headers: { ...target.headers, 'content-type': 'text/html' } }, content)).toBe(403);
      expect(await upload(target, randomBytes(1_000))).toBe(400);
      const { 'content-type': type = '', 'content-length': length = '' } = target.headers;
      expect(await upload({ ...target, headers: { 'content-type': type, 'content-length': length } }, randomBytes(1_000))).not.toBe(200);
      expect(await store.findUpload(file)).toBeUndefined();
      expect(await upload(target, content)).toBe(200);
    });

    it('makes links that open the file without a key', async () => {
      const [{ store, upload, open }, content] = [make(), randomBytes(10_000)];
      const file = fileOf(content);
      await upload(await store.uploadTarget(file), content);
      const link = (area: 'uploads' | 'media') => store.linkTo({ ...file, area, filename: 'Größe "1".png' });
      expect(content.equals((await open(await link('uploads'))) ?? Buffer.alloc(0))).toBe(true);
      expect(await open(await link('media'))).toBeUndefined();
      await store.keepUpload(file);
      expect(content.equals((await open(await link('media'))) ?? Buffer.alloc(0))).toBe(true);
    });
  });
}
