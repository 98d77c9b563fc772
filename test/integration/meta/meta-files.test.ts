import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { BusinessNumber } from '../../../local/client/meta-client.ts';
import { makeRequeueMetaSends } from '../../../lambdas/schedules/requeue-work/requeue-meta-sends.ts';
import { dynamoMetaSessions } from '../../../shared/adapters/dynamodb/dynamo-meta-sessions.ts';
import { graphClient } from '../../../shared/adapters/meta/graph-client.ts';
import type { MetaSendJob } from '../../../shared/contracts/jobs.ts';
import type { MessageType } from '../../../shared/contracts/message.ts';
import type { SessionEvent } from '../../../shared/contracts/session-events.ts';
import { FILE_PAUSES_SECONDS } from '../../../shared/domain/meta/file-pauses.ts';
import type { Graph } from '../../../shared/domain/meta/graph.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';
import { messageIdOf } from '../../../shared/identity/message-identity.ts';
import { WORKSPACE } from '../../support/builders/outbound-message.ts';
import { startSenderWorld, type SenderWorld } from './sender-world.ts';

const ADA = '+4915300000001';
const PIXEL = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('base64');
const FILE = 'med_01J0000000000000000000000F';

let world: SenderWorld;
let session: Session;
let shop: BusinessNumber;
let drawn = 0;

beforeAll(async () => {
  world = await startSenderWorld();
  await world.meta.customer(ADA);
});
afterAll(() => world?.stop());
beforeEach(async () => {
  ({ session, shop } = await world.number());
  await world.meta.write(ADA, shop.phoneNumber, { text: 'Hello' });
  world.jobs.length = 0;
  world.published.length = 0;
});

const graph = (): Graph => graphClient({ baseUrl: world.service.graph, timeoutMs: 500 });

describe('a file of ours', () => {
  const image = (id: string) => world.queued(session, { peer: ADA, content: { type: 'image', media: { id, mimetype: 'image/png', filename: 'a.png' }, text: 'See' } });

  it('goes to Meta as a link that gives it', async () => {
    const place = { workspaceId: WORKSPACE, id: FILE };
    await world.store.put({ ...place, mimetype: 'image/png', bytes: PIXEL.length, sha256: null }, Readable.from([PIXEL]));
    const message = await image(FILE);
    await world.run(session);
    expect(await world.status(message)).toBe('sent');
    const arrived = (await world.meta.received(ADA)).find(({ callbackData }) => callbackData === message.id);
    const { link, caption } = (arrived as unknown as { content: { link: string; caption: string } }).content;
    expect(caption).toBe('See');
    expect(await world.store.open(link)).toEqual(PIXEL);
  });

  it('that is not there any more fails its message, and says so', async () => {
    const message = await image('med_01J0000000000000000000000G');
    await world.run(session);
    expect(await world.messages.get(WORKSPACE, message.id)).toMatchObject({ status: 'failed', failure: { code: 'media_expired' } });
  });
});

interface Told {
  readonly type?: MessageType;
  readonly providerId?: string;
  readonly sha256?: string;
}

/** A customer's message with a file, as Meta's webhook tells it. Gives the message's id. */
async function comes({ type = 'image', providerId = '1', sha256: told = '' }: Told): Promise<string> {
  const at = new Date(Math.floor(world.clock.now() / 1_000) * 1_000).toISOString();
  const wireId = `wamid.file${++drawn}`;
  const event: SessionEvent = {
    type: 'message.received', at, observedAt: at, wireId, peer: ADA, author: null, senderName: 'Ada', messageType: type, text: null, replyToWireId: null,
    media: { mimetype: 'image/jpeg', filename: null, bytes: 0, sha256: told, providerId },
  };
  await world.reported(session, event);
  return messageIdOf(WORKSPACE, ADA, Date.parse(at), wireId);
}

const atMeta = async (bytes: Buffer, mimetype = 'image/png'): Promise<string> => {
  const made = await graph().uploadMedia(shop, { file: new Blob([new Uint8Array(bytes)]), mimetype, filename: 'f' });
  return made.outcome === 'ok' ? made.value.id : '';
};

type FileJob = Extract<MetaSendJob, { kind: 'fetch-file' }>;
const jobOf = (messageId: string, attempt = 0): FileJob => ({ v: 1, kind: 'fetch-file', workspaceId: WORKSPACE, sessionId: session.id, messageId, attempt });
const fetched = async (job: FileJob, over?: Graph): Promise<void> => {
  await world.fetchFile(over)(job);
  await world.consume();
};
const mediaOf = async (messageId: string) => (await world.messages.get(WORKSPACE, messageId)).media;
const told = () => world.published.filter(({ type }) => type === 'message.media').map(({ data }) => data['media']);

describe('a file that comes in over Meta', () => {
  it('is pending, has a job, is fetched, and told of with a link: as what its bytes are', async () => {
    const messageId = await comes({ providerId: await atMeta(PIXEL), sha256: sha256(PIXEL) });
    expect(await mediaOf(messageId)).toMatchObject({ status: 'pending' });
    expect(world.jobs.map(({ job }) => job)).toEqual([jobOf(messageId)]);
    await fetched(jobOf(messageId));
    const stored = { status: 'stored', mimetype: 'image/png', bytes: PIXEL.length, sha256: sha256(PIXEL) };
    expect(await mediaOf(messageId)).toMatchObject(stored);
    expect(told()).toEqual([expect.objectContaining({ ...stored, url: expect.any(String) })]);
    expect(await world.store.open((told()[0] as { url: string }).url)).toEqual(PIXEL);
    expect(await world.messages.listPendingMedia(session.id, 10)).toEqual([]);
  });

  it('is fetched and told of once, however often its job comes', async () => {
    const messageId = await comes({ providerId: await atMeta(PIXEL) });
    await world.fetchFile()(jobOf(messageId)); // its report is lost for a while
    let asked = 0;
    const counting: Graph = { ...graph(), mediaInfo: (...args) => ((asked += 1), graph().mediaInfo(...args)) };
    await fetched(jobOf(messageId), counting);
    await fetched(jobOf(messageId), counting);
    expect([asked, told().length]).toEqual([0, 1]);
  });

  it.each<[string, () => Promise<Told>, string]>([
    ['Meta has no more', async () => ({ providerId: '424242' }), 'media_expired'],
    ['is not what was announced', async () => ({ providerId: await atMeta(PIXEL), sha256: sha256(Buffer.from('other')) }), 'media_corrupt'],
    ['is of another kind than its message', async () => ({ providerId: await atMeta(PIXEL), type: 'audio' }), 'media_type_mismatch'],
  ])('that %s has failed, for good', async (_, make, code) => {
    const messageId = await comes(await make());
    world.jobs.length = 0;
    await fetched(jobOf(messageId));
    expect(await mediaOf(messageId)).toMatchObject({ status: 'failed', failure: { code } });
    expect(told()).toHaveLength(1);
    expect(world.jobs).toEqual([]);
  });

  it('that is too large is not fetched', async () => {
    const messageId = await comes({});
    const huge = { url: 'https://example.com', mimetype: 'image/png', bytes: 101 * 1024 * 1024, sha256: '00'.repeat(32) };
    await fetched(jobOf(messageId), { ...graph(), mediaInfo: async () => ({ outcome: 'ok', value: huge }) });
    expect(await mediaOf(messageId)).toMatchObject({ status: 'failed', failure: { code: 'media_too_large' } });
  });

  it('is tried again while Meta is in trouble, then given up, and still taken if it comes after all', async () => {
    const messageId = await comes({ providerId: await atMeta(PIXEL) });
    world.jobs.length = 0;
    const away: Graph = { ...graph(), mediaInfo: async () => ({ outcome: 'unreachable', reason: 'away' }) };
    for (let attempt = 0; attempt <= FILE_PAUSES_SECONDS.length; attempt++) await fetched(jobOf(messageId, attempt), away);
    expect(world.jobs).toEqual(FILE_PAUSES_SECONDS.map((delaySeconds, i) => ({ job: jobOf(messageId, i + 1), delaySeconds })));
    expect(await mediaOf(messageId)).toMatchObject({ status: 'failed', failure: { code: 'media_unavailable' } });
    await fetched(jobOf(messageId));
    expect(await mediaOf(messageId)).toMatchObject({ status: 'stored', failure: null });
    expect(told()).toHaveLength(2);
  });

  it('is tried again when more bytes come than were told, and nothing is stored', async () => {
    const messageId = await comes({ providerId: await atMeta(PIXEL) });
    world.jobs.length = 0;
    const endless: Graph = { ...graph(), downloadMedia: async () => ({ outcome: 'ok', value: Readable.toWeb(Readable.from([PIXEL, PIXEL])) as ReadableStream<Uint8Array> }) };
    await fetched(jobOf(messageId), endless);
    const media = await mediaOf(messageId);
    expect(media?.status).toBe('pending');
    expect(await world.store.find({ workspaceId: WORKSPACE, id: media?.id ?? '' })).toBeUndefined();
    expect(world.jobs).toHaveLength(1);
  });

  it('is found by the schedule when its job was lost, and settled by then', async () => {
    const messageId = await comes({ providerId: '424242' });
    world.jobs.length = 0;
    const enqueue = async (some: readonly MetaSendJob[]): Promise<void> => void world.jobs.push(...some.map((job) => ({ job, delaySeconds: 0 })));
    const requeue = makeRequeueMetaSends({ ...world, metaSessions: dynamoMetaSessions(world.dynamo.doc, world.dynamo.tables.core), enqueue });
    await requeue();
    expect(world.jobs).toEqual([]);
    world.pass(31 * 60_000);
    await requeue();
    expect(world.jobs.map(({ job }) => job)).toContainEqual(jobOf(messageId, FILE_PAUSES_SECONDS.length));
  });
});
