import { createHash } from 'node:crypto';
import type { MediaDescription, MediaPlace, MediaStore, NewUpload, UploadTarget } from '../../../shared/domain/media/media-store.ts';

interface Kept {
  readonly mimetype: string;
  readonly content: Buffer;
  readonly sha256: string;
}

export interface MemoryMediaStore extends MediaStore {
  /** What a client does with a target; the status it gets. */
  upload(target: UploadTarget, content: Buffer): Promise<number>;
  /** What a link gives; `undefined`: nothing. */
  open(link: string): Promise<Buffer | undefined>;
}

const sha256Of = (content: Buffer): string => createHash('sha256').update(content).digest('base64');
const keyOf = (area: 'media' | 'uploads', { workspaceId, id }: MediaPlace): string => `${area}/${workspaceId}/${id}`;

export function memoryMediaStore(): MemoryMediaStore {
  const objects = new Map<string, Kept>();
  const announced = new Map<string, NewUpload>();
  const describe = (key: string): MediaDescription | undefined => {
    const found = objects.get(key);
    return found && { mimetype: found.mimetype, bytes: found.content.length, sha256: found.sha256 };
  };
  return {
    async put(file, content) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of content) chunks.push(chunk);
      const whole = Buffer.concat(chunks);
      if (whole.length !== file.bytes || (file.sha256 !== null && sha256Of(whole) !== file.sha256)) throw new Error('Not the bytes described');
      objects.set(keyOf('media', file), { mimetype: file.mimetype, content: whole, sha256: sha256Of(whole) });
    },
    find: async (place) => describe(keyOf('media', place)),
    findUpload: async (place) => describe(keyOf('uploads', place)),
    async read(place) {
      const found = objects.get(keyOf('media', place));
      return found && (async function* () { yield found.content; })();
    },
    async keepUpload(place) {
      const found = objects.get(keyOf('uploads', place));
      if (found) objects.set(keyOf('media', place), found);
      return found !== undefined;
    },
    async uploadTarget(upload) {
      const url = `memory://${keyOf('uploads', upload)}`;
      announced.set(url, upload);
      return { url, method: 'PUT', headers: { 'content-type': upload.mimetype, 'content-length': String(upload.bytes) } };
    },
    linkTo: async (file) => `memory://${keyOf(file.area, file)}`,
    async upload({ url, headers }, content) {
      const upload = announced.get(url);
      const isAsSigned = upload && headers['content-type'] === upload.mimetype && content.length === upload.bytes;
      if (!isAsSigned) return 403;
      if (upload.sha256 !== null && sha256Of(content) !== upload.sha256) return 400;
      objects.set(url.slice('memory://'.length), { mimetype: upload.mimetype, content, sha256: sha256Of(content) });
      return 200;
    },
    open: async (link) => objects.get(link.slice('memory://'.length))?.content,
  };
}
