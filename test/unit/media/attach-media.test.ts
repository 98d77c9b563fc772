import { describe, expect, it } from '@jest/globals';
import type { MessageContent } from '../../../shared/contracts/message.ts';
import { makeAttachMedia } from '../../../shared/domain/media/attach-media.ts';
import type { UploadRecord } from '../../../shared/domain/media/media-files.ts';
import type { ReceivedMedia } from '../../../shared/domain/media/received-media.ts';
import { aReceivedMessage } from '../../support/builders/received-message.ts';
import { anId } from '../../support/builders/session.ts';
import { memoryMediaFiles } from '../../support/fakes/memory-media-files.ts';
import { memoryMediaStore } from '../../support/fakes/memory-media-store.ts';
import { memoryMessages } from '../../support/fakes/memory-messages.ts';

const MIB = 1024 * 1024;
const NOW = 1_800_000_000_000;

function setUp() {
  const files = memoryMediaFiles({ now: () => NOW });
  const store = memoryMediaStore();
  const messages = memoryMessages();
  const workspaceId = anId('wsp');
  const attach = makeAttachMedia({ files, store, messages, now: () => NOW, retentionMs: 90_000 });
  const announce = async (change: Partial<UploadRecord> = {}): Promise<UploadRecord> =>
    files.insertUpload({
      kind: 'upload', id: anId('med'), workspaceId, mimetype: 'image/png', filename: 'a.png', bytes: 5, sha256: null,
      createdAt: NOW, keptAt: null, expiresAt: NOW + 1_000, ...change,
    });
  const uploaded = async (change: Partial<UploadRecord> = {}): Promise<string> => {
    const upload = await announce(change);
    await store.upload(await store.uploadTarget(upload), Buffer.alloc(upload.bytes));
    return upload.id;
  };
  const image = (id: string, more: object = {}): MessageContent => ({ type: 'image', media: { id, ...more } });
  return { files, store, messages, workspaceId, attach, announce, uploaded, image };
}

describe('files in messages', () => {
  it('goes with its type and name, and lasts once it is used', async () => {
    const { attach, workspaceId, uploaded, image, store, files } = setUp();
    const id = await uploaded();
    expect(await attach(workspaceId, image(id), 'webjs')).toEqual(image(id, { mimetype: 'image/png', filename: 'a.png' }));
    expect(await store.find({ workspaceId, id })).toMatchObject({ bytes: 5 });
    expect(await files.find(workspaceId, id)).toMatchObject({ keptAt: NOW, expiresAt: NOW + 90_000 });
    expect(await attach(workspaceId, image(id, { filename: 'b.png' }), 'webjs')).toMatchObject({ media: { filename: 'b.png' } });
  });

  it('leaves everything else as it is', async () => {
    const { attach, workspaceId } = setUp();
    for (const content of [{ type: 'text', text: 'Hi' }, { type: 'image', media: { url: 'https://a.example/x' } }] as const satisfies MessageContent[]) {
      expect(await attach(workspaceId, content, 'meta')).toBe(content);
    }
  });

  it("does not know what does not exist, has expired or is another workspace's (I6)", async () => {
    const { attach, workspaceId, uploaded, image } = setUp();
    const refused = { code: 'media_not_found', fields: [{ path: 'media.id' }] };
    await expect(attach(workspaceId, image(anId('med')), 'webjs')).rejects.toMatchObject(refused);
    await expect(attach(workspaceId, image(await uploaded({ expiresAt: NOW })), 'webjs')).rejects.toMatchObject(refused);
    await expect(attach(anId('wsp'), image(await uploaded()), 'webjs')).rejects.toMatchObject(refused);
  });

  it('says when it was announced and never uploaded', async () => {
    const { attach, workspaceId, announce, image } = setUp();
    await expect(attach(workspaceId, image((await announce()).id), 'webjs', 'message.')).rejects.toMatchObject({ code: 'media_not_uploaded', fields: [{ path: 'message.media.id' }] });
  });

  it.each([
    { type: 'image', mimetype: 'image/jpeg', bytes: 6 * MIB, provider: 'meta', limit: '5 MB' },
    { type: 'image', mimetype: 'image/jpeg', bytes: 17 * MIB, provider: 'webjs', limit: '16 MB' },
    { type: 'sticker', mimetype: 'image/webp', bytes: 600 * 1024, provider: 'meta', limit: '0.5 MB' },
  ] as const)('refuses a $type of $bytes bytes on $provider', async ({ type, mimetype, bytes, provider, limit }) => {
    const { attach, workspaceId, uploaded } = setUp();
    const id = await uploaded({ mimetype, bytes });
    const message: unknown = expect.stringContaining(limit);
    await expect(attach(workspaceId, { type, media: { id } }, provider)).rejects.toMatchObject({ code: 'media_too_large', fields: [{ path: 'media.id', message }] });
    expect(await attach(workspaceId, { type: 'document', media: { id } }, provider)).toMatchObject({ type: 'document' });
  });

  it('refuses what cannot be sent as such a message, and names the field that says so', async () => {
    const { attach, workspaceId, uploaded } = setUp();
    const id = await uploaded({ mimetype: 'application/pdf' });
    await expect(attach(workspaceId, { type: 'video', media: { id } }, 'webjs')).rejects.toMatchObject({ code: 'media_type_mismatch', fields: [{ path: 'media.id' }] });
    const content: MessageContent = { type: 'audio', media: { url: 'https://a.example/x', mimetype: 'image/png' } };
    await expect(attach(workspaceId, content, 'webjs')).rejects.toMatchObject({ fields: [{ path: 'media.mimetype' }] });
  });

  it('sends on what came in, once it is here', async () => {
    const { attach, workspaceId, messages, files, image } = setUp();
    const media: ReceivedMedia = { id: anId('med'), mimetype: 'image/jpeg', filename: null, bytes: 5, sha256: null, status: 'pending', failure: null };
    const message = aReceivedMessage({ workspaceId, type: 'image', media });
    const batch = { sequence: '0000000001-0000000001', fencingToken: 1 };
    await messages.insertInbound(batch, [message]);
    await files.noteReceived([{ kind: 'received', id: media.id, workspaceId, messageId: message.id, expiresAt: NOW + 1_000 }]);
    await expect(attach(workspaceId, image(media.id), 'webjs')).rejects.toMatchObject({ code: 'media_not_stored' });
    await messages.settleMedia(workspaceId, batch, message.id, { stored: media });
    expect(await attach(workspaceId, image(media.id), 'webjs')).toEqual(image(media.id, { mimetype: 'image/jpeg' }));
  });
});
