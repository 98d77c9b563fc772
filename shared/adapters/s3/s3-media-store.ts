import { CopyObjectCommand, GetObjectCommand, HeadObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { Readable } from 'node:stream';
import { LINK_SECONDS, type LinkedFile, type MediaDescription, type MediaPlace, type MediaStore, type NewUpload } from '../../domain/media/media-store.ts';
import { contentDisposition } from './content-disposition.ts';

/** Longest one transfer may take: 100 MB at about 6 Mbit/s. */
const TRANSFER_TIMEOUT_MS = 120_000;
const CHECKSUM = 'x-amz-checksum-sha256';

const bounded = () => ({ abortSignal: AbortSignal.timeout(TRANSFER_TIMEOUT_MS) });
const mediaKey = ({ workspaceId, id }: MediaPlace): string => `media/${workspaceId}/${id}`;
const uploadKey = ({ workspaceId, id }: MediaPlace): string => `uploads/${workspaceId}/${id}`;

const isMissing = (error: unknown): boolean => error instanceof Error && ['NoSuchKey', 'NotFound'].includes(error.name);

/** Files in one bucket, whose own default encrypts them. The client must send streams as they are: `mediaClient`. */
export function s3MediaStore(client: S3Client, bucket: string): MediaStore {
  const describe = async (key: string): Promise<MediaDescription | undefined> => {
    try {
      const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' }), bounded());
      return { mimetype: head.ContentType ?? 'application/octet-stream', bytes: head.ContentLength ?? 0, sha256: head.ChecksumSHA256 ?? null };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  };

  const putCommand = (key: string, { mimetype, bytes, sha256 }: MediaDescription, content?: Readable): PutObjectCommand =>
    new PutObjectCommand({
      Bucket: bucket, Key: key, ContentType: mimetype, ContentLength: bytes,
      ...(sha256 !== null && { ChecksumSHA256: sha256 }),
      ...(content && { Body: content }),
    });

  return {
    async put(file, content) {
      await client.send(putCommand(mediaKey(file), file, Readable.from(content)), bounded());
    },
    find: (place) => describe(mediaKey(place)),
    findUpload: (place) => describe(uploadKey(place)),

    async read(place) {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: mediaKey(place) }), bounded());
        return Body as Readable | undefined;
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },

    async keepUpload(place) {
      try {
        await client.send(new CopyObjectCommand({ Bucket: bucket, Key: mediaKey(place), CopySource: `${bucket}/${uploadKey(place)}` }), bounded());
        return true;
      } catch (error) {
        if (isMissing(error)) return false;
        throw error;
      }
    },

    async uploadTarget(upload: NewUpload) {
      const url = await getSignedUrl(client, putCommand(uploadKey(upload), upload), {
        expiresIn: LINK_SECONDS,
        signableHeaders: new Set(['content-type', 'content-length', 'host', CHECKSUM]),
        unhoistableHeaders: new Set([CHECKSUM]), // in the address it would bind nobody
      });
      const headers = {
        'content-type': upload.mimetype,
        'content-length': String(upload.bytes),
        ...(upload.sha256 !== null && { [CHECKSUM]: upload.sha256 }),
      };
      return { url, method: 'PUT', headers };
    },

    linkTo(file: LinkedFile) {
      const get = new GetObjectCommand({
        Bucket: bucket,
        Key: file.area === 'media' ? mediaKey(file) : uploadKey(file),
        ResponseContentType: file.mimetype,
        ResponseContentDisposition: contentDisposition(file.filename),
      });
      return getSignedUrl(client, get, { expiresIn: LINK_SECONDS });
    },
  };
}
