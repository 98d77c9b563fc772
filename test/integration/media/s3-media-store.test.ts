import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { anId } from '../../support/builders/session.ts';
import { startMediaBucket, type TestMediaBucket } from '../../support/media-bucket.ts';
import { describeMediaStore } from '../../contract/media-store.contract.ts';

describe('files in a bucket', () => {
  let bucket: TestMediaBucket;
  beforeAll(async () => {
    bucket = await startMediaBucket();
  });
  afterAll(() => bucket?.stop());

  describeMediaStore('s3MediaStore', () => bucket);

  describe('the local S3', () => {
    const aFile = async () => {
      const place = { workspaceId: anId('wsp'), id: anId('med') };
      const content = Buffer.from('hello');
      await bucket.store.put({ ...place, mimetype: 'text/html', bytes: content.length, sha256: null }, (async function* () { yield content; })());
      return { ...place, link: await bucket.store.linkTo({ ...place, area: 'media', mimetype: 'text/html', filename: 'ä b.html' }) };
    };

    it('sends a file to be saved under its name, never shown', async () => {
      const response = await fetch((await aFile()).link);
      expect(response.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''%C3%A4%20b.html");
      expect(response.headers.get('content-type')).toBe('text/html');
    });

    it('opens no link that was changed in any part', async () => {
      const { link, id } = await aFile();
      const other = (await aFile()).id;
      const changed = [link.replace(id, other), link.replace('text%2Fhtml', 'text%2Fplain'), link.replace(/X-Amz-Expires=\d+/, 'X-Amz-Expires=86400'), link.split('?')[0] ?? ''];
      expect(changed.every((each) => each !== link)).toBe(true);
      for (const each of changed) expect((await fetch(each)).status).toBe(403);
      expect((await fetch(link, { method: 'PUT', body: 'mine now' })).status).toBe(403);
      expect((await fetch(link)).status).toBe(200);
    });

    it('opens no link whose time is over', async () => {
      const { workspaceId, id } = await aFile();
      const get = new GetObjectCommand({ Bucket: bucket.name, Key: `media/${workspaceId}/${id}` });
      const signed = (ago: number) => getSignedUrl(bucket.client, get, { expiresIn: 60, signingDate: new Date(Date.now() - ago) });
      expect((await fetch(await signed(59_000))).status).toBe(200);
      expect((await fetch(await signed(61_000))).status).toBe(403);
    });

    it('lets pages upload from where the bucket allows it', async () => {
      const ask = (origin: string) =>
        fetch(`${bucket.endpoint}/${bucket.name}/uploads/x`, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'PUT', 'access-control-request-headers': 'content-type' } });
      const allowed = await ask('https://shop.example');
      expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([200, 'https://shop.example']);
      expect((await ask('https://evil.example')).status).toBe(403);
    });
  });
});
