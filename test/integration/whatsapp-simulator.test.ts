import { cpSync } from 'node:fs';
import path from 'node:path';
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import wweb from 'whatsapp-web.js';
import { SimulatedService } from '../support/simulated-service.ts';
import { eventually, inPage, keyOf, linkByQr, newClient, next, nextInjection, open, removeFolder, storedAck, temporaryFolder } from './whatsapp-simulator-harness.ts';

const SHOP = '4915112345678';
const ALICE = '15550001111';
const ALICE_CHAT = `${ALICE}@c.us`;
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

jest.setTimeout(30_000);

interface Entry {
  readonly wireId: string;
  readonly type: string;
  readonly text: string;
  readonly edited?: true;
  readonly media?: { url: string };
}

describe('the simulated WhatsApp service with the unmodified library', () => {
  let folder: string;
  let service: SimulatedService;
  const clients: wweb.Client[] = [];

  const client = async (profile: string, options?: Partial<wweb.ClientOptions>): Promise<wweb.Client> => {
    const made = await newClient(service, path.join(folder, profile), options);
    clients.push(made);
    return made;
  };
  const linked = async (profile: string) => linkByQr(service, await client(profile), SHOP);
  const copyProfile = (from: string, to: string) =>
    cpSync(path.join(folder, from), path.join(folder, to), {
      recursive: true,
      filter: (file) => !file.includes('Singleton'), // links of a running browser
    });
  const scan = (number: string, proof: object) => service.call('POST', `/phones/${number}/link`, proof);
  const aliceWrites = (message: object) =>
    service.must('POST', `/phones/${ALICE}/messages`, { to: SHOP, ...message });
  const received = (number: string): Promise<Entry[]> => service.must('GET', `/phones/${number}/messages`);
  /** What Alice's phone shows of a message, once it is there and passes. */
  const entry = async (wireId: string, test: (found: Entry) => boolean = () => true): Promise<Entry> => {
    const find = async () => (await received(ALICE)).find((one) => one.wireId === wireId);
    return (await eventually(find, (found) => found !== undefined && test(found))) as Entry;
  };

  beforeAll(async () => {
    folder = temporaryFolder();
    service = await SimulatedService.start(path.join(folder, 'service'));
    await service.must('POST', '/phones', { number: `+${SHOP}`, name: 'Shop' });
    await service.must('POST', '/phones', { number: `+${ALICE}`, name: 'Alice' });
  });
  afterEach(async () => {
    for (const made of clients.splice(0)) await made.destroy().catch(() => {}); // some end broken on purpose
    await service.must('PATCH', '/config', { build: 'classic' });
    await service.must('POST', `/phones/${SHOP}/unlink`);
  });
  afterAll(async () => {
    await service.stop();
    removeFolder(folder);
  });

  it('links by QR, sends text with every ack, and receives', async () => {
    const shop = await linked('text');
    expect(shop.info.wid.user).toBe(SHOP);

    const acks: number[] = [];
    shop.on('message_ack', (_message, ack) => acks.push(ack));
    const sent = await shop.sendMessage(ALICE_CHAT, 'Hello Alice');
    await eventually(async () => acks, (seen) => seen.length === 3);
    expect(acks).toEqual([1, 2, 3]);
    expect(await received(ALICE)).toEqual([
      expect.objectContaining({ wireId: sent.id.id, from: `+${SHOP}`, type: 'text', text: 'Hello Alice', copies: 1 }),
    ]);

    const incoming = next<wweb.Message>(shop, 'message');
    await aliceWrites({ text: 'Hello shop' });
    expect(await incoming).toMatchObject({ from: ALICE_CHAT, body: 'Hello shop', type: 'chat' });
    expect(await shop.getNumberId(ALICE)).toMatchObject({ _serialized: ALICE_CHAT });
    expect(await shop.getNumberId('19998887777')).toBeNull();
  });

  it('logs in from its profile without a QR, knows what it sent, and gets what waited', async () => {
    const first = await linked('restart');
    const sent = await first.sendMessage(ALICE_CHAT, 'before the restart');
    await eventually(() => storedAck(first, keyOf(sent)), (ack) => ack === 3); // the page writes behind
    await first.destroy();
    await aliceWrites({ text: 'while you were away' });

    const second = await client('restart');
    const qrs: string[] = [];
    second.on('qr', (qr) => qrs.push(qr));
    await open(second);
    expect(qrs).toEqual([]);
    expect(await second.getMessageById(keyOf(sent))).toMatchObject({ ack: 3, body: 'before the restart' });
    const chat = await second.getChatById(ALICE_CHAT);
    const messages = () => chat.fetchMessages({ limit: 10 });
    await eventually(messages, (found) => found.some(({ body }) => body === 'while you were away'));
  });

  it('links by pairing code', async () => {
    const pairWithPhoneNumber = { phoneNumber: SHOP, showNotification: true, intervalMs: 180_000 };
    const shop = await client('code', { pairWithPhoneNumber });
    const code = next<string>(shop, 'code');
    const ready = open(shop);
    const pairingCode = await code;
    expect(pairingCode).toMatch(/^[1-9A-Z]{8}$/);
    expect(await scan(ALICE, { pairingCode })).toMatchObject({ status: 409 });
    expect(await service.must('POST', `/phones/${SHOP}/link`, { pairingCode })).toMatchObject({ linked: true });
    await ready;
  });

  it('refuses a QR code that was used, or is none', async () => {
    const shop = await client('scan');
    const qr = next<string>(shop, 'qr');
    const ready = open(shop);
    expect(await scan('4915100000099', { qr: await qr })).toMatchObject({ status: 404 });
    expect(await scan(SHOP, { qr: 'hello' })).toMatchObject({ status: 400, body: { field: 'qr' } });
    await service.must('POST', `/phones/${SHOP}/link`, { qr: await qr });
    expect(await scan(SHOP, { qr: await qr })).toMatchObject({ status: 409, body: { code: 'used' } });
    await ready;
  });

  it('carries media both ways, byte for byte', async () => {
    const shop = await linked('media');
    const pdf = randomBytes(300_000).toString('base64');
    const files = [
      { type: 'image', media: new wweb.MessageMedia('image/png', PNG, 'dot.png') },
      { type: 'video', media: new wweb.MessageMedia('video/mp4', randomBytes(5000).toString('base64'), 'clip.mp4') },
      { type: 'audio', media: new wweb.MessageMedia('audio/mpeg', randomBytes(5000).toString('base64'), 'song.mp3') },
      { type: 'document', media: new wweb.MessageMedia('application/pdf', pdf, 'offer.pdf') },
    ];
    for (const { type, media } of files) {
      const sent = await shop.sendMessage(ALICE_CHAT, media, { caption: `a ${type}` });
      const { mimetype, filename } = media;
      const shown = await entry(sent.id.id);
      expect(shown).toMatchObject({ type, text: `a ${type}`, media: { mimetype, filename } });
      const bytes = await (await fetch(service.address.control + shown.media?.url)).arrayBuffer();
      expect(Buffer.from(bytes).toString('base64') === media.data).toBe(true);
    }

    const incoming = next<wweb.Message>(shop, 'message');
    const media = { base64: pdf, mimetype: 'application/pdf', filename: 'order.pdf' };
    await aliceWrites({ type: 'document', text: 'my order', media });
    const message = await incoming;
    expect(message).toMatchObject({ type: 'document', body: 'my order', hasMedia: true });
    const downloaded = await message.downloadMedia();
    expect(downloaded).toMatchObject({ mimetype: 'application/pdf', filename: 'order.pdf' });
    expect(downloaded.data === pdf).toBe(true);
  });

  it('carries locations, contacts, polls, replies, reactions, edits and revocations', async () => {
    const shop = await linked('kinds');
    await (await shop.getChatById(ALICE_CHAT)).sendStateTyping();
    const phone = () => service.must('GET', `/phones/${ALICE}`);
    await eventually(phone, ({ typing }) => typing.some(({ from }: { from: string }) => from === `+${SHOP}`));

    const location = await shop.sendMessage(ALICE_CHAT, new wweb.Location(52.5, 13.4, { name: 'Berlin' }));
    const place = { latitude: 52.5, longitude: 13.4 };
    expect(await entry(location.id.id)).toMatchObject({ type: 'location', location: place });
    const contact = await shop.sendMessage(ALICE_CHAT, await shop.getContactById(ALICE_CHAT));
    const card = { type: 'contact', text: expect.stringContaining(`waid=${ALICE}`) };
    expect(await entry(contact.id.id)).toMatchObject(card);
    const poll = await shop.sendMessage(ALICE_CHAT, new wweb.Poll('Lunch?', ['Soup', 'Salad']));
    expect(await entry(poll.id.id)).toMatchObject({ type: 'poll', poll: { name: 'Lunch?' } });

    const vote = next<wweb.PollVote>(shop, 'vote_update');
    await aliceWrites({ type: 'poll_vote', target: poll.id.id, options: ['Salad'] });
    expect((await vote).selectedOptions).toEqual([{ name: 'Salad', localId: 1 }]);

    const incoming = next<wweb.Message>(shop, 'message');
    const { wireId } = await aliceWrites({ text: 'a question', replyTo: poll.id.id });
    const question = await incoming;
    expect(question.hasQuotedMsg).toBe(true);
    const answer = await question.reply('an answer');
    expect(await entry(answer.id.id)).toMatchObject({ text: 'an answer', replyTo: wireId });

    await question.react('👍');
    const lastReceived = async () => (await received(ALICE)).at(-1);
    const thumb = await eventually(lastReceived, (last) => last?.type === 'reaction');
    expect(thumb).toMatchObject({ text: '👍', target: wireId });
    const reaction = next<wweb.Reaction>(shop, 'message_reaction', ({ reaction: emoji }) => emoji === '❤️');
    await aliceWrites({ type: 'reaction', text: '❤️', target: answer.id.id });
    expect((await reaction).msgId).toMatchObject({ id: answer.id.id });

    await answer.edit('a better answer');
    await entry(answer.id.id, ({ edited, text }) => edited === true && text === 'a better answer');
    const edit = next<wweb.Message>(shop, 'message_edit', ({ id }) => id.id === wireId);
    await aliceWrites({ type: 'edit', text: 'a better question', target: wireId });
    expect((await edit).body).toBe('a better question');
    await answer.delete(true);
    await entry(answer.id.id, ({ type }) => type === 'revoked');
    const revoked = next<wweb.Message>(shop, 'message_revoke_everyone', ({ id }) => id.id === wireId);
    await aliceWrites({ type: 'revoke', target: wireId });
    await revoked;
  });

  it('fans a group message out to its members', async () => {
    const shop = await linked('group');
    await service.must('POST', '/phones', { number: '15550002222', name: 'Bob' });
    const members = [SHOP, ALICE, '15550002222'];
    const group = await service.must('POST', '/groups', { subject: 'Team', members, admin: SHOP });
    const sent = await shop.sendMessage(group.id, 'all hands');
    await eventually(() => shop.getMessageById(keyOf(sent)), ({ ack }) => ack === wweb.MessageAck.ACK_READ);
    for (const number of [ALICE, '15550002222']) {
      expect(await received(number)).toContainEqual(expect.objectContaining({ text: 'all hands', chat: group.id }));
    }
    const incoming = next<wweb.Message>(shop, 'message');
    await service.must('POST', '/phones/15550002222/messages', { to: group.id, text: 'here' });
    expect(await incoming).toMatchObject({ from: group.id, author: '15550002222@c.us', body: 'here' });
  });

  it('gives the older of two pages with one link a conflict', async () => {
    const first = await linked('conflict');
    copyProfile('conflict', 'conflict-copy');
    const disconnected = next<string>(first, 'disconnected');
    const second = await open(await client('conflict-copy'));
    expect(await disconnected).toBe('CONFLICT');
    expect(await second.getState()).toBe('CONNECTED');
  });

  it('logs a page out when its phone unlinks it', async () => {
    const shop = await linked('unlink');
    const disconnected = next<string>(shop, 'disconnected');
    const injectedAgain = nextInjection(shop);
    const qr = next<string>(shop, 'qr');
    await service.must('POST', `/phones/${SHOP}/unlink`);
    expect(await disconnected).toBe('LOGOUT');
    await Promise.all([qr, injectedAgain]);
    expect(await service.must('GET', `/phones/${SHOP}`)).toMatchObject({ linked: [] });
  });

  it('counts a wire id that comes again, and lists every accept', async () => {
    const shop = await linked('copies');
    const wireId = `3EB0${randomBytes(9).toString('hex').toUpperCase()}`;
    await inPage(shop, `require('WAWebMsgKey').newId = async () => '${wireId}'`);
    await shop.sendMessage(ALICE_CHAT, 'twice', { waitUntilMsgSent: true });
    await shop.sendMessage(ALICE_CHAT, 'twice', { waitUntilMsgSent: true });
    const those = (entries: Entry[]) => entries.filter((one) => one.wireId === wireId);
    expect(those(await received(ALICE))).toEqual([expect.objectContaining({ copies: 2 })]);
    expect(those(await service.must('GET', `/ledger?sender=${SHOP}`))).toHaveLength(2);
  });

  it('tells a page restored from an old copy what was accepted since, when asked for the history', async () => {
    const first = await linked('snapshot');
    await first.destroy();
    copyProfile('snapshot', 'snapshot-old');
    const second = await open(await client('snapshot'));
    const sent = await second.sendMessage(ALICE_CHAT, 'after the copy', { waitUntilMsgSent: true });
    await second.destroy();

    const restored = await open(await client('snapshot-old'));
    const lookUp = () => inPage(restored, `require('WAWebCollections').Msg.get('${keyOf(sent)}')?.ack ?? null`);
    expect(await lookUp()).toBeNull();
    expect(await restored.syncHistory(ALICE_CHAT)).toBe(true);
    expect(await lookUp()).toBe(3);
  });

  it.each(['minified-key', 'media-id'])('serves the build %s with its own breakage', async (build) => {
    await service.must('PATCH', '/config', { build });
    const shop = await linked(build);
    const text = await shop.sendMessage(ALICE_CHAT, `text on ${build}`);
    await eventually(() => received(ALICE), (all) => all.some((one) => one.text === `text on ${build}`));
    const image = shop.sendMessage(ALICE_CHAT, new wweb.MessageMedia('image/png', PNG, 'dot.png'));
    if (build === 'minified-key') {
      expect(text).toBeUndefined(); // it left, but the library does not find it again
      expect(await image).toBeUndefined();
      await expect(shop.getChats()).rejects.toThrow("reading 'toString'");
    } else {
      expect(text.body).toBe(`text on ${build}`);
      await expect(image).rejects.toThrow('Data passed to getter must include an id property');
    }
    expect(await service.must('GET', `/phones/${SHOP}`)).toMatchObject({ linked: [{ build, connected: true }] });
  });

  it('keeps everything it acknowledged over kill -9, and its pages find back to it', async () => {
    const shop = await linked('kill');
    const sent = await shop.sendMessage(ALICE_CHAT, 'acknowledged', { waitUntilMsgSent: true });
    const ledger = await service.must('GET', '/ledger');
    expect(ledger.at(-1)).toMatchObject({ wireId: sent.id.id, linkGeneration: expect.any(Number) });
    const { ports, address } = service;
    await service.stop('SIGKILL');
    const lost = await shop.sendMessage(ALICE_CHAT, 'written while nobody listened');
    service = await SimulatedService.start(path.join(folder, 'service'), ports);
    expect(service.address.spki).toBe(address.spki);
    await eventually(() => shop.getMessageById(keyOf(lost)), ({ ack }) => ack === wweb.MessageAck.ACK_READ);
    const after = await service.must('GET', '/ledger');
    expect(after.slice(0, -1)).toEqual(ledger);
    expect(after.at(-1)).toMatchObject({ wireId: lost.id.id });
    expect(await entry(lost.id.id)).toMatchObject({ copies: 1 });
  });
});
