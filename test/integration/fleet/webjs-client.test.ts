import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { efsSnapshotStore } from '../../../fleet/storage/efs-snapshot-store.ts';
import { killLeftovers } from '../../../fleet/whatsapp/webjs/browser-processes.ts';
import type { OutgoingMessage } from '../../../fleet/whatsapp/whatsapp-client.ts';
import type { MessageContent } from '../../../shared/contracts/message.ts';
import { until } from '../../../local/client/until.ts';
import { anId } from '../../support/builders/session.ts';
import { memoryDataKeys } from '../../support/fakes/memory-data-keys.ts';
import { silentLog } from '../../support/fakes/silent-log.ts';
import { processesWith } from '../../support/processes.ts';
import { ClientHarness, type ClientUnderTest } from './client-harness.ts';

const TEST_MS = 40_000;
const SHOP = '+4915200000001';
const STRANGER = '+4915300000077';
const CARLA = '+4915200000002';
const DAVE = '+4915200000003';

const newWireId = (): string => `3EB0${randomBytes(9).toString('hex').toUpperCase()}`;
const message = (peer: string, content: MessageContent, over: Partial<OutgoingMessage> = {}): OutgoingMessage => ({ wireId: newWireId(), peer, content, replyTo: null, ...over });
const text = (peer: string, words: string) => message(peer, { type: 'text', text: words });
const inTime = () => Date.now() + 10_000;

async function groupMembers(group: number): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')));
  return stats.filter((stat) => {
    const [state, , pgrp] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(pgrp) === group && state !== 'Z';
  });
}

/** Processes whose command line names the profile, however they are grouped. */
const processesOn = (profileDir: string) => processesWith((argument) => argument === `--user-data-dir=${profileDir}`);

describe('WebjsClient: the real library in a real browser', () => {
  let harness: ClientHarness;
  const entries = async (number: string) => (await harness.service.must('GET', `/phones/${number}/messages`)) as { wireId: string; text: string; copies: number; type: string; media?: { sha256: string } }[];

  beforeAll(async () => {
    harness = await ClientHarness.start();
    await harness.phones(CARLA, DAVE);
  }, TEST_MS);
  afterAll(() => harness?.stop(), TEST_MS);

  describe.each(['classic', 'minified-key', 'media-id'])('on the build %s', (build) => {
    let shop: ClientUnderTest;

    beforeAll(async () => {
      await harness.service.must('PATCH', '/config', { build });
      shop = await harness.linked(SHOP);
    }, TEST_MS);
    afterAll(() => shop?.client.close(), TEST_MS);

    it('knows its number, and sends a batch under our wire ids, each once', async () => {
      expect(await shop.event('ready')).toMatchObject({ phoneNumber: SHOP, pageBuild: expect.stringMatching(/^2\./) });
      const batch = [text(CARLA, 'one'), text(DAVE, 'two'), text(CARLA, 'three')];
      expect(await shop.client.send(batch, inTime())).toEqual(batch.map(() => ({ outcome: 'accepted' })));
      for (const { wireId, peer } of batch) expect(await shop.ack(wireId, 3)).toMatchObject({ peer });
      const arrived = await entries(CARLA);
      expect(arrived.filter(({ wireId }) => wireId === batch[0]?.wireId)).toMatchObject([{ text: 'one', copies: 1 }]);
      expect(await shop.client.acksOf([...batch, text(CARLA, 'never sent')])).toEqual([3, 3, 3, undefined]);
    }, TEST_MS);

    it('says who is not on WhatsApp, and sends nothing after its time', async () => {
      const [absent, late] = [text('+499999999999', 'hello'), text(CARLA, 'too late')];
      expect(await shop.client.send([absent], inTime())).toMatchObject([{ outcome: 'failed', failure: { code: 'not_on_whatsapp' } }]);
      expect(await shop.client.send([late], Date.now() - 1)).toEqual([{ outcome: 'not-sent' }]);
    }, TEST_MS);

    it('hears what comes in, and answers it', async () => {
      await harness.service.must('POST', `/phones/${CARLA}/messages`, { to: SHOP, text: `from Carla ${build}` });
      const received = await shop.received(`from Carla ${build}`);
      expect(received).toMatchObject({ peer: CARLA, author: null, type: 'text' });
      const reply = { ...text(CARLA, 'an answer'), replyTo: { wireId: received.wireId, peer: CARLA, fromMe: false } };
      expect(await shop.client.send([reply], inTime())).toEqual([{ outcome: 'accepted' }]);
      await shop.ack(reply.wireId, 2);
    }, TEST_MS);

    it('sends every kind of content, files with equal bytes', async () => {
      const bytes = Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(40_000)]);
      const contents: MessageContent[] = [
        { type: 'document', media: { base64: bytes.toString('base64'), mimetype: 'application/pdf', filename: 'offer.pdf' }, text: 'our offer' },
        { type: 'location', location: { latitude: 52.5, longitude: 13.4, name: 'Here' } },
        { type: 'contact', contact: { name: 'Dave; of Sales', phoneNumber: DAVE } },
        { type: 'poll', poll: { question: 'When?', options: ['Mon', 'Tue'], multiple: false } },
      ];
      const batch = contents.map((content) => message(DAVE, content));
      expect(await shop.client.send(batch, inTime())).toEqual(batch.map(() => ({ outcome: 'accepted' })));
      for (const { wireId } of batch) await shop.ack(wireId, 2);
      const arrived = (await entries(DAVE)).filter(({ wireId }) => batch.some((sent) => sent.wireId === wireId));
      expect(arrived.map(({ type }) => type).toSorted()).toEqual(['contact', 'document', 'location', 'poll']);
      const document = arrived.find(({ type }) => type === 'document');
      expect(Buffer.from(document?.media?.sha256 ?? '', document?.media?.sha256.length === 64 ? 'hex' : 'base64')).toEqual(createHash('sha256').update(bytes).digest());
      const reaction = message(DAVE, { type: 'reaction', reaction: { messageId: 'msg', emoji: '👍' } }, { target: { wireId: batch[0]?.wireId ?? '', peer: DAVE, fromMe: true } });
      expect(await shop.client.send([reaction], inTime())).toEqual([{ outcome: 'accepted' }]);
    }, TEST_MS);
  });

  it('comes back from a snapshot elsewhere without a QR, and learns from the phone what it missed', async () => {
    const number = '+4915200000010';
    const owner = { workspaceId: anId('wsp'), sessionId: anId('ses'), fencingToken: 1 };
    const store = efsSnapshotStore({ storeDir: join(harness.dir, 'store'), scratchDir: join(harness.dir, 'scratch'), keys: memoryDataKeys(), log: silentLog });
    const [before, after] = [harness.newProfile(), harness.newProfile()];
    const first = await harness.linked(number, before);
    await store.save(owner, before);
    const sent = text(CARLA, 'after the snapshot');
    await first.client.send([sent], inTime());
    await first.ack(sent.wireId, 3);
    first.client.kill();
    await harness.service.must('POST', `/phones/${CARLA}/messages`, { to: number, text: 'while it was away' });

    expect(await store.restoreLatest({ ...owner, fencingToken: 2 }, after)).toBeDefined();
    const second = await harness.open(after);
    await second.event('ready');
    expect(second.ofType('qr')).toEqual([]);
    expect(await second.client.acksOf([sent])).toEqual([undefined]);
    expect(await second.client.syncHistory(CARLA, 5_000)).toBe(true);
    expect(await second.client.acksOf([sent])).toEqual([3]);
    const missed = await until(async () => (await second.client.recentReceived(0, 50)).find(({ text: words }) => words === 'while it was away'), { what: 'the missed message' });
    expect(missed).toMatchObject({ peer: CARLA });
    await second.client.close();
  }, TEST_MS);

  it('learns from the phone what its predecessor got after the snapshot and told nobody (I1)', async () => {
    const number = '+4915200000011';
    const owner = { workspaceId: anId('wsp'), sessionId: anId('ses'), fencingToken: 1 };
    const store = efsSnapshotStore({ storeDir: join(harness.dir, 'store'), scratchDir: join(harness.dir, 'scratch'), keys: memoryDataKeys(), log: silentLog });
    const [before, after] = [harness.newProfile(), harness.newProfile()];
    const first = await harness.linked(number, before);
    const write = (words: string, from = CARLA) => harness.service.must('POST', `/phones/${from}/messages`, { to: number, text: words });
    const waiting = async () => ((await harness.service.must('GET', `/phones/${number}`)) as { linked: { waiting: number }[] }).linked[0]?.waiting;
    const confirmed = () => until(async () => (await waiting()) === 0, { what: 'the page to confirm what it got' }); // it keeps it first
    await write('known chat');
    await first.received('known chat');
    await confirmed();
    await first.client.close();
    await store.save(owner, before);
    const again = await harness.open(before);
    await again.event('ready');
    await harness.phones(STRANGER);
    await write('told nobody');
    await write('in a chat of its own', STRANGER);
    await again.received('told nobody');
    await again.received('in a chat of its own');
    await confirmed(); // WhatsApp will not send it to this link again
    again.client.kill();

    await store.restoreLatest({ ...owner, fencingToken: 2 }, after);
    const second = await harness.open(after);
    await second.event('ready');
    const textsOf = async () => (await second.client.recentReceived(0, 50)).map(({ text: words }) => words);
    expect(await textsOf()).toEqual(['known chat']);
    expect(await second.client.syncNewestChats(50, 5_000)).toBe(true);
    expect((await textsOf()).map(String).toSorted()).toEqual(['in a chat of its own', 'known chat', 'told nobody']);
    await second.client.close();
  }, TEST_MS);

  it('takes silence about a number for no answer, and sends when there is one (I1)', async () => {
    const number = '+4915200000012';
    await harness.phones('+4915200000013');
    const { client } = await harness.linked(number);
    const greeting = text('+4915200000013', 'to somebody new');
    await harness.service.must('POST', `/phones/${number}/faults`, { kind: 'silent' });
    expect(await client.send([greeting], Date.now() + 30_000)).toEqual([{ outcome: 'not-sent' }]);
    await harness.service.must('DELETE', `/phones/${number}/faults`);
    await until(async () => (await client.checkHealth()).isConnected, { what: 'the connection' });
    const send = async () => (await client.send([greeting], inTime()))[0]?.outcome === 'accepted';
    await until(send, { what: 'the message to go' });
    expect((await entries('+4915200000013')).map(({ copies }) => copies)).toEqual([1]);
  }, TEST_MS);

  it('becomes ready however fast the page syncs, and with several at once', async () => {
    await harness.service.must('PATCH', '/config', { syncMs: 0, build: 'classic' });
    const numbers = [1, 2, 3, 4].map((i) => `+491520000002${i}`);
    const clients = await Promise.all(numbers.map((number) => harness.linked(number)));
    expect(clients.map((client) => client.ofType('ready').length > 0)).toEqual([true, true, true, true]);
    for (const { client } of clients) client.kill();
    await harness.service.must('PATCH', '/config', { syncMs: 200 });
  }, TEST_MS);

  it('links by a pairing code', async () => {
    const number = '+4915200000030';
    await harness.phones(number);
    const under = await harness.open(harness.newProfile(), number);
    const { code } = await under.event('pairing-code');
    await harness.service.must('POST', `/phones/${number}/link`, { pairingCode: code });
    expect(await under.event('ready')).toMatchObject({ phoneNumber: number });
    under.client.kill();
  }, TEST_MS);

  it('says that the phone asks for a passkey', async () => {
    const number = '+4915200000035';
    await harness.phones(number);
    await harness.service.must('POST', `/phones/${number}/faults`, { kind: 'passkey' });
    const under = await harness.open(harness.newProfile());
    const { qr } = await under.event('qr');
    await harness.service.call('POST', `/phones/${number}/link`, { qr });
    expect(await under.event('action-required')).toMatchObject({ prompt: 'passkey' });
    under.client.kill();
  }, TEST_MS);

  it('says when a round of QR codes is over, and shows another on demand', async () => {
    await harness.service.must('PATCH', '/config', { qrTtlMs: 300, qrRefs: 2 });
    const under = await harness.open(harness.newProfile());
    await under.event('qr-round-ended');
    const shown = under.ofType('qr').length;
    await harness.service.must('PATCH', '/config', { qrTtlMs: 20_000, qrRefs: 6 });
    await under.client.nextQrRound();
    await until(async () => under.ofType('qr').length > shown, { what: 'another QR code' });
    under.client.kill();
  }, TEST_MS);

  it.each([
    { what: 'the phone unlinks it', number: '+4915200000041', strike: { path: 'unlink' }, reason: 'logged_out' },
    { what: 'the account is banned', number: '+4915200000042', strike: { path: 'ban' }, reason: 'banned' },
    { what: 'another connection takes over', number: '+4915200000043', strike: { path: 'faults', body: { kind: 'conflict' } }, reason: 'conflict' },
    { what: 'the page crashes', number: '+4915200000044', strike: { path: 'faults', body: { kind: 'crash' } }, reason: 'page_crashed' },
  ])('ends once, with its browser gone, when $what', async ({ number, strike, reason }) => {
    const under = await harness.linked(number);
    const group = under.client.processGroup ?? 0;
    await harness.service.must('POST', `/phones/${number}/${strike.path}`, strike.body ?? {});
    expect(await under.event('closed')).toMatchObject({ reason });
    await until(async () => (await groupMembers(group)).length === 0, { what: 'the browser to end' });
    expect(under.ofType('closed')).toHaveLength(1);
  }, TEST_MS);

  it('ends when its browser is killed, and answers what was asked of it', async () => {
    const under = await harness.linked('+4915200000051');
    process.kill(-(under.client.processGroup ?? 0), 'SIGKILL');
    expect(await under.event('closed')).toMatchObject({ reason: 'browser_died' });
    expect(await under.client.send([text(CARLA, 'into the void')], inTime())).toMatchObject([{ outcome: 'unknown' }]);
  }, TEST_MS);

  it('logs out at WhatsApp, and leaves nothing running', async () => {
    const number = '+4915200000061';
    const under = await harness.linked(number);
    const group = under.client.processGroup ?? 0;
    await under.client.logout();
    expect(await groupMembers(group)).toEqual([]);
    expect(((await harness.service.must('GET', `/phones/${number}`)) as { linked: unknown[] }).linked).toEqual([]);
  }, TEST_MS);

  describe('when its process is killed', () => {
    /** A process with a browser on the profile. */
    const hold = async (profile: string) => {
      const { hostAndPort, spki } = harness.address;
      const holder = spawn(process.execPath, [join(import.meta.dirname, 'browser-holder.ts'), profile, hostAndPort, spki], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NODE_OPTIONS: '' } });
      const [line] = (await once(holder.stdout, 'data')) as [Buffer];
      const group = Number(String(line));
      expect((await groupMembers(group)).length).toBeGreaterThan(0);
      expect((await processesOn(profile)).length).toBeGreaterThan(0);
      return { holder, group };
    };
    const nothingIsLeft = (group: number, profile: string) => until(
      async () => (await groupMembers(group)).length + (await processesOn(profile)).length === 0,
      { what: 'the browser to end' },
    );

    it.each([
      { how: 'at once', signals: ['SIGKILL'] },
      { how: 'while it is frozen', signals: ['SIGSTOP', 'SIGKILL'] },
    ] as const)('takes its browser along, $how', async ({ signals }) => {
      const profile = harness.newProfile();
      const { holder, group } = await hold(profile);
      for (const signal of signals) holder.kill(signal);
      await nothingIsLeft(group, profile);
    }, TEST_MS);

    it('leaves a browser that is too frozen to notice to whoever starts next on this machine, who spares the living', async () => {
      const [profile, other] = [harness.newProfile(), harness.newProfile()];
      const { holder, group } = await hold(profile);
      const living = await harness.open(other);
      process.kill(-group, 'SIGSTOP');
      const gone = once(holder, 'exit');
      holder.kill('SIGKILL');
      await gone;
      expect((await processesOn(profile)).length).toBeGreaterThan(0);
      expect(await killLeftovers(harness.dir)).toBeGreaterThan(0);
      await nothingIsLeft(group, profile);
      expect((await processesOn(other)).length).toBeGreaterThan(0);
      living.client.kill();
    }, TEST_MS);
  });
});
