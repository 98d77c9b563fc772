import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fetchIncoming, type FetchOutcome } from '../../../fleet/media/incoming-file.ts';
import { ScratchFiles } from '../../../fleet/media/scratch-files.ts';
import { carryFiles } from '../../../fleet/whatsapp/webjs/page/carry-files.ts';
import { PAGE_PARTS } from '../../../fleet/whatsapp/webjs/page/page-script.ts';
import type { ReceivedMessage } from '../../../fleet/whatsapp/whatsapp-client.ts';
import type { MessageContent } from '../../../shared/contracts/message.ts';
import { until } from '../../../local/client/until.ts';
import { aFile } from '../../support/builders/files.ts';
import { anId } from '../../support/builders/session.ts';
import { ClientHarness, type ClientUnderTest } from './client-harness.ts';

const TEST_MS = 60_000;
const MIB = 1024 * 1024;
const SHOP = '+4915200200001';
const CARLA = '+4915200200002';
const WORKSPACE = 'wsp_test';

interface Entry {
  readonly wireId: string;
  readonly type: string;
  readonly text: string;
  readonly media?: { readonly mimetype: string; readonly filename?: string; readonly size: number; readonly sha256: string };
}

const sha256Of = (content: Buffer): string => createHash('sha256').update(content).digest('base64');
const newWireId = (): string => `3EB0${randomBytes(9).toString('hex').toUpperCase()}`;

describe('files in a real browser', () => {
  let harness: ClientHarness;
  let shop: ClientUnderTest;
  beforeAll(async () => {
    harness = await ClientHarness.start();
    await harness.phones(CARLA);
    shop = await harness.linked(SHOP);
  }, TEST_MS);
  afterAll(() => harness?.stop(), TEST_MS);

  /** As a message that uses an upload has it. */
  async function kept(content: Buffer, mimetype: string): Promise<string> {
    const id = anId('med');
    await harness.media.put({ workspaceId: WORKSPACE, id, mimetype, bytes: content.length, sha256: null }, (async function* () { yield content; })());
    return id;
  }
  const send = async (content: MessageContent, under = shop) => {
    const wireId = newWireId();
    const [outcome] = await under.client.send([{ wireId, peer: CARLA, content, replyTo: null }], () => Date.now() + 60_000);
    return { wireId, outcome };
  };
  const arrived = (wireId: string): Promise<Entry> =>
    until(async () => ((await harness.service.must('GET', `/phones/${CARLA}/messages`)) as Entry[]).find((entry) => entry.wireId === wireId), { what: 'the message', timeoutMs: 20_000, everyMs: 50 });

  it.each([
    ['image', 'image/png', 5_000],
    ['video', 'video/mp4', 20 * MIB],
    ['document', 'application/pdf', 3 * MIB],
  ] as const)('a %s goes to the page from the disk, and arrives as it was', async (type, mimetype, bytes) => {
    const content = aFile(mimetype, bytes);
    const { wireId, outcome } = await send({ type, media: { id: await kept(content, mimetype), mimetype, filename: 'Größe 1.bin' }, text: 'look' });
    expect(outcome).toEqual({ outcome: 'accepted' });
    expect(await arrived(wireId)).toMatchObject({ type, text: 'look', media: { mimetype, filename: 'Größe 1.bin', size: content.length, sha256: sha256Of(content) } });
    expect(await readdir(join(harness.dir, 'files'))).toEqual([]);
  }, TEST_MS);

  it('what is not what it is said to be does not go', async () => {
    const page = Buffer.from('<!doctype html><html>Please log in</html>');
    const { outcome } = await send({ type: 'image', media: { id: await kept(page, 'image/png'), mimetype: 'image/png' } });
    expect(outcome).toMatchObject({ outcome: 'failed', failure: { code: 'media_type_mismatch' } });
    expect((await send({ type: 'image', media: { id: anId('med'), mimetype: 'image/png' } })).outcome).toMatchObject({ failure: { code: 'media_expired' } });
    expect(await readdir(join(harness.dir, 'files'))).toEqual([]);
  }, TEST_MS);

  it('nothing of a file would reach the page without the part that carries it', async () => {
    const without = PAGE_PARTS.filter((part) => part !== carryFiles);
    const under = await harness.linked('+4915200200003', undefined, { pageParts: without });
    const { outcome } = await send({ type: 'image', media: { id: await kept(aFile('image/png'), 'image/png') } }, under);
    expect(outcome).toEqual({ outcome: 'not-sent' });
    await under.client.close();
  }, TEST_MS);

  describe('that come in', () => {
    const scratch = () => new ScratchFiles(join(harness.dir, 'files'));
    async function comes(content: Buffer, mimetype: string, type: string): Promise<ReceivedMessage> {
      const text = `file ${randomBytes(4).toString('hex')}`;
      await harness.service.must('POST', `/phones/${CARLA}/messages`, { to: SHOP, type, text, media: { base64: content.toString('base64'), mimetype, filename: 'in.bin' } });
      return shop.received(text);
    }
    function fetched({ media, wireId, peer, atMs }: ReceivedMessage, id = anId('med')): Promise<FetchOutcome> {
      if (!media) throw new Error('The message has no file');
      return fetchIncoming({ store: harness.media, scratch: scratch(), maxBytes: 100 * MIB }, shop.client, WORKSPACE, { id, wireId, peer, atMs, ...media });
    }

    it.each([['image', 'image/jpeg', 4_000], ['video', 'video/mp4', 20 * MIB]])('a %s leaves the page slice by slice, and is stored as it was', async (type, mimetype, bytes) => {
      const content = aFile(mimetype, bytes);
      const message = await comes(content, mimetype, type);
      expect(message.media).toEqual({ mimetype, filename: 'in.bin', bytes: content.length, sha256: sha256Of(content) });
      const id = anId('med');
      expect(await fetched(message, id)).toEqual({ stored: { bytes: content.length, sha256: sha256Of(content) } });
      expect(await harness.media.find({ workspaceId: WORKSPACE, id })).toMatchObject({ mimetype, sha256: sha256Of(content) });
      expect(await readdir(join(harness.dir, 'files'))).toEqual([]);
    }, TEST_MS);

    it('from a group are found too', async () => {
      const { id: group } = (await harness.service.must('POST', '/groups', { subject: 'Offers', admin: CARLA, members: [SHOP] })) as { id: string };
      const content = aFile('image/png');
      await harness.service.must('POST', `/phones/${CARLA}/messages`, { to: group, type: 'image', text: 'for all', media: { base64: content.toString('base64'), mimetype: 'image/png' } });
      expect(await fetched(await shop.received('for all'))).toMatchObject({ stored: { sha256: sha256Of(content) } });
    }, TEST_MS);

    it.each([['media-gone', 'media_expired'], ['media-empty', 'media_empty'], ['media-corrupt', 'media_corrupt']])('under %s fail with %s, and come once that is over', async (kind, code) => {
      const message = await comes(aFile('image/png'), 'image/png', 'image');
      await harness.service.must('POST', `/phones/${SHOP}/faults`, { kind });
      expect(await fetched(message)).toMatchObject({ failure: { code } });
      await harness.service.must('DELETE', `/phones/${SHOP}/faults`);
      expect(await fetched(message)).toMatchObject({ stored: {} });
    }, TEST_MS);
  });
});
