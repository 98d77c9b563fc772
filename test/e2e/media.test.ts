import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import type { CampaignView } from '../../shared/contracts/api/campaigns.ts';
import type { MediaView, UploadView } from '../../shared/contracts/api/media.ts';
import type { MessageMedia, MessageView } from '../../shared/contracts/api/messages.ts';
import type { PublicEvent } from '../../shared/contracts/public-event.ts';
import { linkSession } from '../../local/client/link-session.ts';
import type { ReceivedMessage } from '../../local/client/phones-client.ts';
import { until } from '../../local/client/until.ts';
import { aFile } from '../support/builders/files.ts';
import { openLink, uploadTo } from '../support/media-bucket.ts';
import { Stack } from './stack.ts';
import { WebhookReceiver } from './webhook-receiver.ts';

const TEST_MS = 90_000;
const MIB = 1024 * 1024;
const SHOP = '+4915200300001';
const CARLA = '+4915300300001';

const sha256Of = (content: Buffer): string => createHash('sha256').update(content).digest('base64');

describe('Files, through HTTP alone', () => {
  let stack: Stack;
  let receiver: WebhookReceiver;
  let sessionId: string;

  beforeAll(async () => {
    stack = await Stack.start({ env: { BLAZZ_WEBHOOK_ALLOW_LOOPBACK: 'true', LEASE_TTL_SECONDS: '8', LEASE_MARGIN_SECONDS: '2' } });
    receiver = await WebhookReceiver.start();
    const { secret } = await stack.blazz.post<{ secret: string }>('/v1/webhooks', { url: receiver.url, events: ['message.received', 'message.media'] });
    receiver.secret = secret;
    ({ id: sessionId } = await linkSession(stack.blazz, stack.phones, SHOP, { pacing: { profile: 'unlimited' } }));
    await stack.phones.register(CARLA);
  }, TEST_MS);
  afterAll(async () => {
    await stack?.close();
    await receiver?.close();
  }, TEST_MS);

  async function uploaded(content: Buffer, mimetype: string, filename: string): Promise<string> {
    const { id, upload } = await stack.blazz.post<UploadView>('/v1/media', { mimetype, filename, bytes: content.length, sha256: sha256Of(content) });
    expect(await uploadTo(upload, content)).toBe(200);
    return id;
  }
  const arrived = (number: string, text: string): Promise<ReceivedMessage> =>
    until(async () => (await stack.phones.received(number)).find((message) => message.text === text), { what: `${text} on the phone` });
  const mediaIn = ({ data }: PublicEvent): MessageMedia => data['media'] as MessageMedia;
  const told = (type: string, text: string): Promise<PublicEvent> =>
    until(async () => receiver.ofType(type).find(({ data }) => data['text'] === text), { what: `${type} of ${text}`, timeoutMs: 60_000 });

  it.each([['image', 'image/png', 200_000], ['video', 'video/mp4', 20 * MIB]])('a %s is uploaded, sent by id, and arrives as it was', async (type, mimetype, bytes) => {
    const content = aFile(mimetype, bytes);
    const id = await uploaded(content, mimetype, 'Größe.bin');
    expect(await stack.blazz.get<MediaView>(`/v1/media/${id}`)).toMatchObject({ id, status: 'stored', mimetype, bytes: content.length });
    const message = await stack.blazz.post<MessageView>('/v1/messages?wait=25', { sessionId, to: CARLA, type, text: `a ${type}`, media: { id } });
    expect(['sent', 'delivered', 'read']).toContain(message.status);
    expect(await arrived(CARLA, `a ${type}`)).toMatchObject({ type, copies: 1, media: { mimetype, filename: 'Größe.bin', sha256: sha256Of(content) } });
  }, TEST_MS);

  it("is nobody's but its workspace's (I6), and wrong uploads are refused", async () => {
    const content = aFile('image/png');
    const id = await uploaded(content, 'image/png', 'a.png');
    expect((await stack.stranger.call('GET', `/v1/media/${id}`)).status).toBe(404);
    const { upload } = await stack.blazz.post<UploadView>('/v1/media', { mimetype: 'image/png', bytes: content.length, sha256: sha256Of(content) });
    expect(await uploadTo(upload, Buffer.concat([content, content]))).toBe(403);
    expect(await uploadTo(upload, aFile('image/png'))).toBe(400);
    const video = { sessionId, to: CARLA, type: 'video', media: { id } };
    expect(await stack.blazz.call('POST', '/v1/messages', video)).toMatchObject({ status: 422, body: { code: 'media_type_mismatch', errors: [{ path: 'media.id' }] } });
  }, TEST_MS);

  it('fails a message whose file is not what it is said to be', async () => {
    const id = await uploaded(Buffer.from('<!doctype html><p>Please log in</p>'), 'image/png', 'a.png');
    const message = await stack.blazz.post<MessageView>('/v1/messages?wait=25', { sessionId, to: CARLA, type: 'image', media: { id } });
    expect(message).toMatchObject({ status: 'failed', failure: { code: 'media_type_mismatch' } });
  }, TEST_MS);

  it('goes with a campaign, uploaded once', async () => {
    const content = aFile('image/jpeg');
    const id = await uploaded(content, 'image/jpeg', 'offer.jpg');
    const numbers = await stack.phones.registerMany('+49153004', 3);
    const campaign = await stack.blazz.post<CampaignView>('/v1/campaigns', {
      name: 'Pictures', sessionIds: [sessionId], message: { type: 'image', text: 'Hi {{name|you}}', media: { id } },
      recipients: numbers.map((to) => ({ to })), pacing: { profile: 'unlimited' },
    });
    await stack.blazz.post(`/v1/campaigns/${campaign.id}/start`);
    for (const number of numbers) expect(await arrived(number, 'Hi you')).toMatchObject({ copies: 1, media: { filename: 'offer.jpg', sha256: sha256Of(content) } });
  }, TEST_MS);

  it('that comes in is announced at once, then linked to, and shown with its message', async () => {
    const content = aFile('image/jpeg', 500_000);
    await stack.phones.writeFile(CARLA, SHOP, { type: 'image', content, mimetype: 'image/jpeg', text: 'my picture' });
    const received = await told('message.received', 'my picture');
    expect(mediaIn(received)).toMatchObject({ mimetype: 'image/jpeg', bytes: content.length, sha256: sha256Of(content), status: 'pending' });
    const media = mediaIn(await told('message.media', 'my picture'));
    expect(media).toMatchObject({ id: mediaIn(received).id, status: 'stored', sha256: sha256Of(content) });
    expect((await openLink(media.url ?? ''))?.equals(content)).toBe(true);
    const message = await stack.blazz.get<MessageView>(`/v1/messages/${String(received.data['id'])}`);
    expect((await openLink(message.media?.url ?? ''))?.equals(content)).toBe(true);
    expect(await stack.blazz.get<MediaView>(`/v1/media/${media.id}`)).toMatchObject({ status: 'stored', messageId: message.id, bytes: content.length });
    expect((await stack.stranger.call('GET', `/v1/media/${media.id}`)).status).toBe(404);
    const again = await stack.blazz.post<MessageView>('/v1/messages?wait=25', { sessionId, to: CARLA, type: 'image', text: 'back to you', media: { id: media.id } });
    expect(again.failure).toBeNull();
    expect((await arrived(CARLA, 'back to you')).media?.sha256).toBe(sha256Of(content));
  }, TEST_MS);

  it.each([['media-gone', 'media_expired'], ['media-empty', 'media_empty'], ['media-corrupt', 'media_corrupt']])('that WhatsApp does not give (%s) fails with its reason', async (kind, code) => {
    await stack.phones.fault(SHOP, kind);
    await stack.phones.writeFile(CARLA, SHOP, { type: 'document', content: aFile('application/pdf'), mimetype: 'application/pdf', text: kind });
    expect(mediaIn(await told('message.media', kind))).toMatchObject({ status: 'failed', failure: { code } });
    await stack.phones.heal(SHOP);
    expect(receiver.ofType('message.received').some(({ data }) => data['text'] === kind)).toBe(true);
  }, TEST_MS);

  it('that its instance did not get before it died is fetched by the next (I4)', async () => {
    await stack.phones.fault(SHOP, 'media-gone');
    const content = aFile('image/png');
    await stack.phones.writeFile(CARLA, SHOP, { type: 'image', content, mimetype: 'image/png', text: 'left behind' });
    await told('message.received', 'left behind');
    const { instance } = await stack.blazz.session(sessionId);
    const { instances } = await stack.host.local();
    const victim = instances.find(({ id }) => id === instance?.id);
    if (!victim) throw new Error('No instance runs the session');
    process.kill(victim.pid, 'SIGKILL');
    await stack.phones.heal(SHOP);
    const media = mediaIn(await told('message.media', 'left behind'));
    expect(media).toMatchObject({ status: 'stored', sha256: sha256Of(content) });
    expect(receiver.forged).toBe(0);
  }, TEST_MS);
});
