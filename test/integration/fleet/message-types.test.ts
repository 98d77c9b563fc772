import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import type { NoticedEvent, OutgoingMessage, ReceivedMessage } from '../../../fleet/whatsapp/whatsapp-client.ts';
import type { MessageContent } from '../../../shared/contracts/message.ts';
import { until } from '../../../local/client/until.ts';
import { ClientHarness, type ClientUnderTest } from './client-harness.ts';
import { aFile } from '../../support/builders/files.ts';

const TEST_MS = 40_000;
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const WEBP = 'UklGRiQAAABXRUJQVlA4IBgAAAAwAQCdASoBAAEAAwA0JaQAA3AA/vuUAAA=';

interface Entry {
  readonly wireId: string;
  readonly type: string;
  readonly text: string;
  readonly copies: number;
  readonly ack: number;
  readonly edited?: true;
  readonly isForwarded?: true;
  readonly target?: string;
  readonly replyTo?: string;
  readonly media?: { readonly mimetype: string; readonly sha256: string };
  readonly preview?: { readonly title: string };
}

const newWireId = (): string => `3EB0${randomBytes(9).toString('hex').toUpperCase()}`;
const fileOf = (mimetype: string): string => aFile(mimetype).toString('base64');
const inTime = () => Date.now() + 10_000;
const sha256 = (base64: string): string => createHash('sha256').update(Buffer.from(base64, 'base64')).digest('base64');

let harness: ClientHarness;
beforeAll(async () => {
  harness = await ClientHarness.start();
}, TEST_MS);
afterAll(() => harness?.stop(), TEST_MS);

describe.each([
  { build: 'classic', SHOP: '+4915200000101', CARLA: '+4915200000102', DAVE: '+4915200000103' },
  { build: 'minified-key', SHOP: '+4915200000201', CARLA: '+4915200000202', DAVE: '+4915200000203' },
  { build: 'media-id', SHOP: '+4915200000301', CARLA: '+4915200000302', DAVE: '+4915200000303' },
])('every type of message, on the build $build', ({ build, SHOP, CARLA, DAVE }) => {
  let shop: ClientUnderTest;

  const to = (peer: string, content: MessageContent, over: Partial<OutgoingMessage> = {}): OutgoingMessage => ({ wireId: newWireId(), peer, content, replyTo: null, ...over });
  const send = async (...messages: readonly OutgoingMessage[]) => (await shop.client.send(messages, inTime())).map((outcome) => (outcome.outcome === 'failed' ? outcome.failure.code : outcome.outcome));
  const listed = async (number: string) => (await harness.service.must('GET', `/phones/${number}/messages`)) as readonly Entry[];
  const entry = (number: string, wireId: string, is: (entry: Entry) => boolean = () => true) =>
    until(async () => (await listed(number)).find((each) => each.wireId === wireId && is(each)), { what: `${wireId} on the phone`, everyMs: 20 });
  const write = async (body: object, from = CARLA): Promise<string> => ((await harness.service.must('POST', `/phones/${from}/messages`, { to: SHOP, ...body })) as { wireId: string }).wireId;
  const heard = (wireId: string): Promise<ReceivedMessage> =>
    until(async () => shop.ofType('received').flatMap(({ messages }) => messages).find((message) => message.wireId === wireId), { what: `message ${wireId}`, everyMs: 20 });
  const noticed = <T extends NoticedEvent['type']>(type: T, is: (event: Extract<NoticedEvent, { type: T }>) => boolean) =>
    until(async () => shop.ofType('noticed').flatMap(({ events }) => events).find((event): event is Extract<NoticedEvent, { type: T }> => event.type === type && is(event as never)), { what: type, everyMs: 20 });
  /** A text of ours that Carla has. */
  const sentText = async (text: string): Promise<OutgoingMessage> => {
    const message = to(CARLA, { type: 'text', text });
    expect(await send(message)).toEqual(['accepted']);
    await shop.ack(message.wireId, 2);
    return message;
  };
  const ours = ({ wireId, peer }: OutgoingMessage) => ({ wireId, peer, fromMe: true });

  beforeAll(async () => {
    await harness.phones(CARLA, DAVE);
    await harness.service.must('PATCH', '/config', { build });
    shop = await harness.linked(SHOP);
  }, TEST_MS);
  afterAll(() => shop?.client.close(), TEST_MS);

  it.each<{ shown: string; content: MessageContent; looks?: object }>([
    { shown: 'text', content: { type: 'text', text: 'see https://shop.example/a' }, looks: { preview: { title: 'Preview of shop.example' } } },
    { shown: 'text', content: { type: 'text', text: 'see https://shop.example/b', linkPreview: false } },
    { shown: 'image', content: { type: 'image', media: { base64: PNG, mimetype: 'image/png' }, text: 'a picture' }, looks: { text: 'a picture' } },
    { shown: 'video', content: { type: 'video', media: { base64: fileOf('video/mp4'), mimetype: 'video/mp4' } } },
    { shown: 'audio', content: { type: 'audio', media: { base64: fileOf('audio/mpeg'), mimetype: 'audio/mpeg' } } },
    { shown: 'voice', content: { type: 'voice', media: { base64: fileOf('audio/ogg'), mimetype: 'audio/ogg' } }, looks: { media: { mimetype: 'audio/ogg; codecs=opus' } } },
    { shown: 'document', content: { type: 'document', media: { base64: fileOf('application/pdf'), mimetype: 'application/pdf', filename: 'a.pdf' } }, looks: { media: { filename: 'a.pdf' } } },
    { shown: 'sticker', content: { type: 'sticker', media: { base64: WEBP, mimetype: 'image/webp' } } },
    { shown: 'sticker', content: { type: 'sticker', media: { base64: PNG, mimetype: 'image/png' } }, looks: { media: { mimetype: 'image/webp' } } },
    { shown: 'location', content: { type: 'location', location: { latitude: 41.9, longitude: 12.5, name: 'Rome' } }, looks: { location: { latitude: 41.9, longitude: 12.5 } } },
    { shown: 'contact', content: { type: 'contact', contact: { name: 'Dave', phoneNumber: DAVE } }, looks: { text: expect.stringContaining('FN:Dave') } },
    { shown: 'poll', content: { type: 'poll', poll: { question: 'When?', options: ['Mon', 'Tue'], multiple: true } }, looks: { poll: { name: 'When?' } } },
  ])('goes out once: $content.type as $shown', async ({ shown, content, looks = {} }) => {
    const message = to(CARLA, content);
    expect(await send(message)).toEqual(['accepted']);
    const arrived = await entry(CARLA, message.wireId);
    expect(arrived).toMatchObject({ type: shown, copies: 1, ...looks });
    if ('linkPreview' in content) expect(arrived.preview).toBeUndefined();
    const isAsSent = 'media' in content && !(content.type === 'sticker' && content.media.mimetype === 'image/png');
    if (isAsSent) expect(arrived.media?.sha256).toBe(sha256(content.media.base64 ?? ''));
  }, TEST_MS);

  it('refuses a template: that is for the Cloud API', async () => {
    expect(await send(to(CARLA, { type: 'template', template: { id: 'tpl_x', variables: {} } }))).toEqual(['unsupported_by_provider']);
  });

  it('edits, reacts to and deletes a message under ids of ours, and tells of each', async () => {
    const target = await sentText('a frist try');
    const edit = to(CARLA, { type: 'edit', text: 'a first try', edit: { messageId: 'm' } }, { target: ours(target) });
    const reaction = to(CARLA, { type: 'reaction', reaction: { messageId: 'm', emoji: '🎉' } }, { target: ours(target) });
    expect(await send(edit, reaction)).toEqual(['accepted', 'accepted']);
    expect(await entry(CARLA, target.wireId, ({ edited }) => edited === true)).toMatchObject({ text: 'a first try', copies: 1 });
    expect(await entry(CARLA, reaction.wireId)).toMatchObject({ type: 'reaction', text: '🎉', target: target.wireId, copies: 1 });
    const about = { peer: CARLA, wireId: target.wireId, fromMe: true, author: null };
    expect(await noticed('message.edited', ({ wireId }) => wireId === target.wireId)).toMatchObject({ ...about, text: 'a first try' });
    expect(await noticed('message.reaction', ({ wireId }) => wireId === target.wireId)).toMatchObject({ ...about, emoji: '🎉', messageAt: expect.stringMatching(/Z$/) });
    const deletion = to(CARLA, { type: 'delete', delete: { messageId: 'm' } }, { target: ours(target) });
    expect(await send(deletion)).toEqual(['accepted']);
    await entry(CARLA, target.wireId, ({ type }) => type === 'revoked');
    expect(await noticed('message.revoked', ({ wireId }) => wireId === target.wireId)).toMatchObject(about);
    const ledger = (await harness.service.must('GET', `/ledger?sender=${SHOP}`)) as readonly { wireId: string; type: string }[];
    expect(ledger.filter(({ wireId }) => wireId === edit.wireId || wireId === deletion.wireId).map(({ type }) => type)).toEqual(['edit', 'revoke']);
    expect(await send(deletion, edit)).toEqual(['accepted', 'message_deleted']); // again: by a new owner, who cannot know
  }, TEST_MS);

  it('edits a caption, and nothing that has no words or is too old', async () => {
    const [picture, place] = [to(CARLA, { type: 'image', media: { base64: PNG, mimetype: 'image/png' }, text: 'blue' }), to(CARLA, { type: 'location', location: { latitude: 1, longitude: 2 } })];
    expect(await send(picture, place)).toEqual(['accepted', 'accepted']);
    const edit = (message: OutgoingMessage) => to(CARLA, { type: 'edit', text: 'green', edit: { messageId: 'm' } }, { target: ours(message) });
    expect(await send(edit(picture), edit(place), edit(to(CARLA, { type: 'text', text: 'never sent' })))).toEqual(['accepted', 'edit_not_possible', 'message_not_found']);
    await entry(CARLA, picture.wireId, ({ text }) => text === 'green');
    await noticed('message.edited', ({ wireId, text }) => wireId === picture.wireId && text === 'green');
  }, TEST_MS);

  it('acts on a message that leaves in the same breath', async () => {
    const target = to(CARLA, { type: 'text', text: 'helo' });
    const edit = to(CARLA, { type: 'edit', text: 'hello', edit: { messageId: 'm' } }, { target: ours(target) });
    expect(await send(target, edit)).toEqual(['accepted', 'accepted']);
    await entry(CARLA, target.wireId, ({ text, edited }) => text === 'hello' && edited === true);
  }, TEST_MS);

  it('forwards what came in and what was sent under ids of ours, each once, also when it is done twice (I2)', async () => {
    const wireId = await write({ type: 'document', text: 'my order', media: { base64: 'AAAA', mimetype: 'application/pdf', filename: 'order.pdf' } });
    await heard(wireId);
    const forward = to(DAVE, { type: 'forward', forward: { messageId: 'm' } }, { target: { wireId, peer: CARLA, fromMe: false } });
    expect(await send(forward)).toEqual(['accepted']);
    expect(await entry(DAVE, forward.wireId)).toMatchObject({ type: 'document', text: 'my order', isForwarded: true, copies: 1, media: { sha256: sha256('AAAA') } });
    await shop.ack(forward.wireId, 2);
    expect(await shop.client.acksOf([forward])).toEqual([expect.any(Number)]);
    const text = await sentText('pass it on');
    const second = to(DAVE, { type: 'forward', forward: { messageId: 'm' } }, { target: ours(text) });
    expect(await send(second)).toEqual(['accepted']);
    expect(await entry(DAVE, second.wireId)).toMatchObject({ type: 'text', text: 'pass it on', isForwarded: true, copies: 1 });
  }, TEST_MS);

  it.each<{ what: string; body: object; expected: object }>([
    { what: 'text', body: { text: 'hello', mentions: [DAVE], forwarded: true }, expected: { type: 'text', text: 'hello', isForwarded: true, mentions: [DAVE], details: null } },
    { what: 'image', body: { type: 'image', text: 'look', media: { base64: PNG, mimetype: 'image/png' } }, expected: { type: 'image', text: 'look', media: { mimetype: 'image/png' } } },
    { what: 'voice', body: { type: 'voice', media: { base64: 'AAAA', mimetype: 'audio/ogg' } }, expected: { type: 'voice', text: null } },
    { what: 'audio', body: { type: 'audio', media: { base64: 'AAAA', mimetype: 'audio/mpeg' } }, expected: { type: 'audio' } },
    { what: 'video', body: { type: 'video', media: { base64: 'AAAA', mimetype: 'video/mp4' } }, expected: { type: 'video' } },
    { what: 'document', body: { type: 'document', media: { base64: 'AAAA', mimetype: 'application/pdf', filename: 'a.pdf' } }, expected: { type: 'document', media: { filename: 'a.pdf' } } },
    { what: 'sticker', body: { type: 'sticker', media: { base64: WEBP, mimetype: 'image/webp' } }, expected: { type: 'sticker' } },
    { what: 'location', body: { type: 'location', location: { latitude: 1.5, longitude: 2.5, name: 'Café', address: 'Rome' } }, expected: { type: 'location', text: null, details: { location: { latitude: 1.5, longitude: 2.5, name: 'Café', address: 'Rome' } } } },
    { what: 'contact', body: { type: 'contact', contact: { name: 'Dave', number: DAVE } }, expected: { type: 'contact', text: null, details: { contacts: [{ name: 'Dave', phoneNumbers: [DAVE] }] } } },
    { what: 'poll', body: { type: 'poll', poll: { name: 'When?', options: ['a', 'b'] } }, expected: { type: 'poll', text: 'When?', details: { poll: { question: 'When?', options: ['a', 'b'], multiple: false } } } },
    { what: 'view-once picture', body: { type: 'image', viewOnce: true, media: { base64: PNG, mimetype: 'image/png' } }, expected: { type: 'unknown', details: { rawType: 'view_once_image' }, media: null } },
    { what: 'something new', body: { type: 'other', rawType: 'hologram' }, expected: { type: 'unknown', details: { rawType: 'hologram' } } },
  ])('hears a $what', async ({ body, expected }) => {
    expect(await heard(await write(body))).toMatchObject({ peer: CARLA, ...expected });
  }, TEST_MS);

  it('knows what a reply is about', async () => {
    const question = await sentText('blue or green?');
    const reply = await heard(await write({ text: 'blue', replyTo: question.wireId }));
    expect(reply).toMatchObject({ replyToWireId: question.wireId, replyToAtMs: expect.any(Number) });
    expect(await heard(await write({ text: 'or green', replyTo: reply.wireId }))).toMatchObject({ replyToWireId: reply.wireId, replyToAtMs: reply.atMs });
  }, TEST_MS);

  it('notices reactions, edits, deletions and votes of others', async () => {
    const target = await sentText('react to this');
    const poll = to(CARLA, { type: 'poll', poll: { question: '?', options: ['a', 'b', 'c'], multiple: true } });
    expect(await send(poll)).toEqual(['accepted']);
    await entry(CARLA, poll.wireId);
    await write({ type: 'reaction', text: '❤️', target: target.wireId });
    await write({ type: 'poll_vote', options: ['a', 'c'], target: poll.wireId });
    const wireId = await write({ text: 'tpyo' });
    const { atMs } = await heard(wireId);
    await write({ type: 'edit', text: 'typo', target: wireId });
    const about = { peer: CARLA, author: CARLA };
    const theirs = { ...about, fromMe: false, messageAt: new Date(atMs).toISOString() };
    expect(await noticed('message.reaction', (event) => event.wireId === target.wireId)).toMatchObject({ ...about, fromMe: true, emoji: '❤️' });
    expect(await noticed('message.vote', (event) => event.wireId === poll.wireId)).toMatchObject({ ...about, fromMe: true, options: ['a', 'c'] });
    expect(await noticed('message.edited', (event) => event.wireId === wireId)).toMatchObject({ ...theirs, text: 'typo' });
    await write({ type: 'revoke', target: wireId });
    expect(await noticed('message.revoked', (event) => event.wireId === wireId)).toMatchObject(theirs);
    await write({ type: 'reaction', text: '', target: target.wireId });
    await noticed('message.reaction', (event) => event.wireId === target.wireId && event.emoji === '');
  }, TEST_MS);

  it('shows typing and recording, and sees who types and who is online', async () => {
    const typingOf = async () => ((await harness.service.must('GET', `/phones/${CARLA}`)) as { typing: readonly { from: string; state: string }[] }).typing.find(({ from }) => from === SHOP)?.state;
    const shows = (state: string) => until(async () => (await typingOf()) === state, { what: state, everyMs: 20 });
    await shop.client.setTyping(CARLA, true, 'recording');
    await shows('recording');
    await shop.client.setTyping(CARLA, false);
    await shows('stop');
    for (const state of ['typing', 'typing', 'recording', 'stop']) await harness.service.must('POST', `/phones/${CARLA}/typing`, { to: SHOP, state });
    await noticed('chat.typing', ({ state }) => state === 'paused');
    const states = shop.ofType('noticed').flatMap(({ events }) => events).flatMap((event) => (event.type === 'chat.typing' && event.peer === CARLA ? [event.state] : []));
    expect(states).toEqual(['typing', 'recording', 'paused']);
    await shop.client.watchPresence(CARLA);
    await noticed('contact.presence', ({ peer, isOnline }) => peer === CARLA && isOnline);
    await harness.service.must('PATCH', `/phones/${CARLA}`, { online: false });
    expect(await noticed('contact.presence', ({ isOnline }) => !isOnline)).toMatchObject({ peer: CARLA, lastSeenAt: expect.stringMatching(/Z$/) });
    await harness.service.must('PATCH', `/phones/${CARLA}`, { online: true });
  }, TEST_MS);

  it('tells once that a phone and a lid are one person', async () => {
    const met = () => shop.ofType('noticed').flatMap(({ events }) => events).filter((event) => event.type === 'contact.identity' && event.phoneNumber === CARLA);
    await noticed('contact.identity', ({ phoneNumber }) => phoneNumber === CARLA);
    const { lid } = (await harness.service.must('GET', `/phones/${CARLA}`)) as { lid: string };
    expect(met()).toMatchObject([{ lid, name: expect.any(String) }]);
  }, TEST_MS);
});

describe('what is done to messages while nobody listens', () => {
  it('is told by the next start, before anything that came in', async () => {
    await harness.service.must('PATCH', '/config', { build: 'classic' });
    const [shop, carla] = ['+4915200000401', '+4915200000402'];
    await harness.phones(carla);
    const profile = harness.newProfile();
    const first = await harness.linked(shop, profile);
    const write = async (body: object) => ((await harness.service.must('POST', `/phones/${carla}/messages`, { to: shop, ...body })) as { wireId: string }).wireId;
    const waiting = async () => ((await harness.service.must('GET', `/phones/${shop}`)) as { linked: { waiting: number }[] }).linked[0]?.waiting;
    const kept = await write({ text: 'blue' });
    const gone = await write({ text: 'never mind' });
    await first.received('never mind');
    await until(async () => (await waiting()) === 0, { what: 'the page to keep them' });
    await first.client.close();
    await write({ type: 'edit', text: 'green', target: kept });
    await write({ type: 'revoke', target: gone });
    const missed = await write({ text: 'while you were away' });
    await write({ type: 'reaction', text: '❤️', target: missed });

    const second = await harness.open(profile);
    await second.event('ready');
    const events = second.ofType('noticed').flatMap((event) => event.events);
    expect(events).toContainEqual(expect.objectContaining({ type: 'message.edited', wireId: kept, text: 'green' }));
    expect(events).toContainEqual(expect.objectContaining({ type: 'message.revoked', wireId: gone }));
    expect(events).toContainEqual(expect.objectContaining({ type: 'message.reaction', wireId: missed, emoji: '❤️', fromMe: false, messageAt: expect.any(String) }));
    expect((await second.client.recentReceived(0, 10)).map(({ text }) => text)).toEqual(['green', 'while you were away']);
    await second.client.close();
  }, TEST_MS);
});
