import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IncomingFiles, type IncomingFileServices } from '../../../fleet/media/incoming-files.ts';
import { ScratchFiles } from '../../../fleet/media/scratch-files.ts';
import { fleetMetrics } from '../../../fleet/observability/fleet-metrics.ts';
import type { ReceivedMessage } from '../../../fleet/whatsapp/whatsapp-client.ts';
import { until } from '../../../local/client/until.ts';
import type { SessionEvent } from '../../../shared/contracts/session-events.ts';
import type { StoredMessage } from '../../../shared/domain/outbox/messages.ts';
import { receivedMediaIdOf } from '../../../shared/identity/media-identity.ts';
import { messageIdOf } from '../../../shared/identity/message-identity.ts';
import { aFile } from '../../support/builders/files.ts';
import { aReceivedMessage } from '../../support/builders/received-message.ts';
import { anId } from '../../support/builders/session.ts';
import { FakeWhatsAppClient } from '../../support/fakes/fake-whatsapp-client.ts';
import { memoryMediaStore, type MemoryMediaStore } from '../../support/fakes/memory-media-store.ts';
import { silentLog } from '../../support/fakes/silent-log.ts';

const PEER = '+4917012345678';
const AT = Date.UTC(2026, 5, 1, 12);
const sha256Of = (content: Buffer): string => createHash('sha256').update(content).digest('base64');

describe('files of messages that came in', () => {
  let dir: string;
  let store: MemoryMediaStore;
  let client: FakeWhatsAppClient;
  let events: Extract<SessionEvent, { type: 'message.media' }>[];
  let pending: StoredMessage[];
  let [workspaceId, sessionId] = ['', ''];

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'blazz-incoming-'));
    [store, client, events, pending] = [memoryMediaStore(), new FakeWhatsAppClient(), [], []];
    [workspaceId, sessionId] = [anId('wsp'), anId('ses')];
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  function files(over: Partial<IncomingFileServices> = {}): IncomingFiles {
    const services = { store, scratch: new ScratchFiles(join(dir, 'files')), maxBytes: 10_000, inTurn: <T>(work: () => Promise<T>) => work(), retries: { refusedMs: [1, 1], troubledMs: [1, 1, 1] }, ...over };
    return new IncomingFiles({
      workspaceId, sessionId, services, log: silentLog, metrics: fleetMetrics(),
      messages: { listPendingMedia: async () => pending },
      report: (event) => void (event.type === 'message.media' && events.push(event)),
    });
  }
  const message = (wireId: string, content: Buffer, media: Partial<NonNullable<ReceivedMessage['media']>> = {}): ReceivedMessage => ({
    wireId, peer: PEER, author: null, senderName: null, type: 'image', text: null, replyToWireId: null, replyToAtMs: null, isForwarded: false, mentions: [], details: null, atMs: AT,
    media: { mimetype: 'image/png', filename: 'a.png', bytes: content.length, sha256: sha256Of(content), ...media },
  });
  const reported = (count = 1) => until(async () => (events.length >= count ? events : undefined), { what: `${count} reports`, timeoutMs: 5_000, everyMs: 2 });
  const idOf = (wireId: string): string => receivedMediaIdOf(sessionId, wireId, AT);

  it('go to the bucket under an id that follows from the message, and nothing stays on the disk', async () => {
    const content = aFile('image/png');
    client.files.set('A', content);
    const incoming = files();
    incoming.want([message('A', content)]);
    incoming.start(client);
    expect(await reported()).toEqual([{
      type: 'message.media', at: new Date(AT).toISOString(), settledAt: expect.any(String), wireId: 'A', peer: PEER, failure: null,
      media: { id: idOf('A'), mimetype: 'image/png', filename: 'a.png', bytes: content.length, sha256: sha256Of(content) },
    }]);
    expect(await store.find({ workspaceId, id: idOf('A') })).toMatchObject({ bytes: content.length, sha256: sha256Of(content) });
    expect(await readdir(join(dir, 'files'))).toEqual([]);
    expect(incoming.hasWork).toBe(false);
    incoming.stop();
  });

  it.each([
    ['is gone', { outcome: 'failed', code: 'media_expired', detail: 'gone' }, {}, 'media_expired'],
    ['cannot be had', { outcome: 'failed', code: 'media_unavailable', detail: 'no' }, {}, 'media_unavailable'],
    ['is empty', Buffer.alloc(0), {}, 'media_empty'],
    ['is another one', aFile('image/png'), {}, 'media_corrupt'],
    ['has another size, and no hash', aFile('image/png'), { sha256: '', bytes: 5 }, 'media_corrupt'],
    ['is said to be too large', aFile('image/png'), { bytes: 10_001 }, 'media_too_large'],
    ['is larger than was said', aFile('image/png', 10_001), { sha256: '', bytes: 0 }, 'media_too_large'],
  ] as const)('fail with a reason when what WhatsApp has %s', async (_, given, described, code) => {
    client.files.set('A', given);
    const incoming = files();
    incoming.want([message('A', Buffer.from('the file that was described'), described)]);
    incoming.start(client);
    expect(await reported()).toMatchObject([{ media: null, failure: { code } }]);
    expect(await store.find({ workspaceId, id: idOf('A') })).toBeUndefined();
    expect(incoming.hasWork).toBe(false);
    incoming.stop();
  });

  it('are asked for again, and come after all', async () => {
    const content = aFile('image/png');
    const incoming = files();
    incoming.want([message('A', content)]);
    let asked = 0;
    incoming.start({ downloadFile: (wanted, onSlice) => {
      client.files.set('A', asked++ === 0 ? Buffer.alloc(0) : content);
      return client.downloadFile(wanted, onSlice);
    } });
    expect(await reported()).toMatchObject([{ media: { id: idOf('A') }, failure: null }]);
    incoming.stop();
  });

  it('wait for the next page when theirs is gone, and for the bucket when that is', async () => {
    const content = aFile('image/png');
    let broken = 2;
    const unsteady = { ...store, put: async (...args: Parameters<typeof store.put>) => (broken-- > 0 ? Promise.reject(new Error('no bucket')) : store.put(...args)) };
    const incoming = files({ store: unsteady });
    let asked = 0;
    const dying = () => ({ downloadFile: async () => {
      asked += 1;
      incoming.stop();
      throw new Error('Target closed');
    } });
    incoming.want([message('A', content)]);
    for (let pages = 1; pages <= 6; pages++) { // more than there are retries: none of them says anything of the file
      incoming.start(dying());
      await until(async () => asked === pages || undefined, { what: `try ${pages}`, timeoutMs: 5_000, everyMs: 2 });
    }
    expect([incoming.hasWork, events]).toEqual([true, []]);
    client.files.set('A', content);
    incoming.start(client);
    expect(await reported()).toMatchObject([{ failure: null }]);
    expect(events).toHaveLength(1);
    incoming.stop();
  });

  it('that an owner before us left are fetched, or found to be there already', async () => {
    const [left, there] = [aFile('image/png'), aFile('image/png')];
    const ofTable = (wireId: string, content: Buffer) => aReceivedMessage({
      workspaceId, sessionId, wireId, peer: PEER, receivedAt: AT + 700, id: messageIdOf(workspaceId, PEER, AT, wireId),
      media: { id: idOf(wireId), mimetype: 'image/png', filename: null, bytes: content.length, sha256: sha256Of(content), status: 'pending', failure: null },
    });
    pending = [ofTable('A', left), ofTable('B', there)];
    client.files.set('A', left);
    await store.put({ workspaceId, id: idOf('B'), mimetype: 'image/png', bytes: there.length, sha256: sha256Of(there) }, (async function* () { yield there; })());
    const incoming = files();
    incoming.start(client);
    expect((await reported(2)).map(({ wireId, at, media }) => [wireId, at, media?.bytes])).toEqual([['A', new Date(AT).toISOString(), left.length], ['B', new Date(AT).toISOString(), there.length]]);
    incoming.stop();
  });

  it('are fetched once, however often they are told of', async () => {
    const content = aFile('image/png');
    client.files.set('A', content);
    const incoming = files();
    for (let i = 0; i < 3; i++) incoming.want([message('A', content)]);
    incoming.start(client);
    await reported();
    incoming.want([message('A', content), message('B', content)]);
    client.files.set('B', content);
    expect((await reported(2)).map(({ wireId }) => wireId)).toEqual(['A', 'B']);
    incoming.stop();
  });
});
