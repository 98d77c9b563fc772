import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import type { HttpHandler } from '../../../lambdas/http/http-api.ts';
import { dynamoMediaFiles } from '../../../shared/adapters/dynamodb/dynamo-media-files.ts';
import type { MediaView, UploadView } from '../../../shared/contracts/api/media.ts';
import type { Problem } from '../../../shared/contracts/api/common.ts';
import { callApi, type ApiCall } from '../../support/api-event.ts';
import { anId } from '../../support/builders/session.ts';
import { openLink, uploadTo } from '../../support/media-bucket.ts';
import { describeMediaFiles } from '../../contract/media-files.contract.ts';
import { startApiWorld, type ApiWorld } from '../messaging/api-world.ts';

const TO = '+4915112345678';

describe('files over HTTP', () => {
  let world: ApiWorld;
  let media: HttpHandler;
  let messages: HttpHandler;
  let workspaceId: string;

  beforeAll(async () => {
    world = await startApiWorld();
    ({ handler: media } = await import('../../../lambdas/api/media/media.handler.ts'));
    ({ handler: messages } = await import('../../../lambdas/api/messages/messages.handler.ts'));
  });
  afterAll(() => world.stop());
  beforeEach(() => {
    workspaceId = anId('wsp');
  });

  const announce = (body: object, more: ApiCall = {}) => callApi(media, 'POST', '/v1/media', { workspaceId, body, ...more });
  const look = async (id: string, more: ApiCall = {}) => callApi(media, 'GET', `/v1/media/${id}`, { workspaceId, ...more });
  const send = (body: object) => callApi(messages, 'POST', '/v1/messages', { workspaceId, body: { to: TO, ...body } });

  describeMediaFiles('dynamoMediaFiles', (clock) => dynamoMediaFiles(world.dynamo.doc, world.dynamo.tables.core, clock));

  it('announces, uploads, shows and sends a file', async () => {
    const { id: sessionId } = await world.connectedSession(workspaceId);
    const content = randomBytes(3_000);
    const sha256 = createHash('sha256').update(content).digest('base64');
    const { status, body } = await announce({ mimetype: 'image/png', filename: 'Größe.png', bytes: content.length, sha256 });
    const { id, upload } = body as UploadView;
    expect([status, upload.method, upload.headers]).toEqual([201, 'PUT', { 'content-type': 'image/png', 'content-length': '3000', 'x-amz-checksum-sha256': sha256 }]);
    expect((await look(id)).body).toMatchObject({ status: 'awaiting_upload', upload: { method: 'PUT' } });
    expect(await send({ type: 'image', media: { id } })).toMatchObject({ status: 422, body: { code: 'media_not_uploaded', errors: [{ path: 'media.id' }] } });
    expect(await uploadTo(upload, content)).toBe(200);
    const stored = (await look(id)).body as MediaView;
    expect(stored).toMatchObject({ id, mimetype: 'image/png', filename: 'Größe.png', bytes: 3_000, sha256, status: 'stored', messageId: null });
    expect((await openLink(stored.url ?? ''))?.equals(content)).toBe(true);
    expect((await send({ type: 'image', media: { id } })).status).toBe(202);
    const due = await world.outbox.listDue({ sessionId, campaignId: null }, Date.now(), 10);
    expect(due).toMatchObject([{ content: { type: 'image', media: { id, mimetype: 'image/png', filename: 'Größe.png' } } }]);
    expect((await openLink(((await look(id)).body as MediaView).url ?? ''))?.equals(content)).toBe(true); // now where it lasts
  });

  it('announces one file for a request that comes twice', async () => {
    const headers = { 'Idempotency-Key': 'one' };
    const [first, again] = [await announce({ mimetype: 'image/png', bytes: 5 }, { headers }), await announce({ mimetype: 'image/png', bytes: 5 }, { headers })];
    expect(again.body).toEqual(first.body);
  });

  it("answers 404 to another workspace, and to what is no id (I6)", async () => {
    const { id } = (await announce({ mimetype: 'image/png', bytes: 5 })).body as UploadView;
    expect((await look(id)).status).toBe(200);
    for (const [target, as] of [[id, anId('wsp')], [anId('med'), workspaceId], ['med_x', workspaceId]] as const) {
      expect((await look(target, { workspaceId: as })).status).toBe(404);
    }
  });

  it.each<[object, string]>([
    [{ bytes: 5 }, 'mimetype'],
    [{ mimetype: 'image', bytes: 5 }, 'mimetype'],
    [{ mimetype: 'image/png' }, 'bytes'],
    [{ mimetype: 'image/png', bytes: 0 }, 'bytes'],
    [{ mimetype: 'image/png', bytes: 101 * 1024 * 1024 }, 'bytes'],
    [{ mimetype: 'image/png', bytes: 5, sha256: 'abc' }, 'sha256'],
    [{ mimetype: 'image/png', bytes: 5, filename: '../etc/passwd' }, 'filename'],
    [{ mimetype: 'image/png', bytes: 5, filename: 'a\r\nb' }, 'filename'],
    [{ mimetype: 'image/png', bytes: 5, filename: '\ud800' }, 'filename'],
  ])('refuses %j and names %s (I8)', async (body, path) => {
    const before = await world.dynamo.scan('core');
    const answer = await announce(body);
    expect([answer.status, (answer.body as Problem).errors?.[0]?.path]).toEqual([422, path]);
    expect(await world.dynamo.scan('core')).toEqual(before);
  });
});
