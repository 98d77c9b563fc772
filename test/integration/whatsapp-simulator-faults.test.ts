import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type wweb from 'whatsapp-web.js';
import { SimulatedService } from '../support/simulated-service.ts';
import { eventually, inPage, keyOf, linkByQr, newClient, next, open, removeFolder, temporaryFolder } from './whatsapp-simulator-harness.ts';

const ALICE = '15550001111';
const ALICE_CHAT = `${ALICE}@c.us`;

jest.setTimeout(30_000);

describe('what can go wrong with the simulated service', () => {
  let folder: string;
  let service: SimulatedService;
  let shop: wweb.Client;
  let number: string;
  let count = 0;

  const fault = (kind: string) => service.must('POST', `/phones/${number}/faults`, { kind });
  const scan = (qr: string | undefined) => service.call('POST', `/phones/${number}/link`, { qr });
  const clear = () => service.must('DELETE', `/phones/${number}/faults`);
  const state = () => inPage(shop, `require('WAWebSocketModel').Socket.state`);
  const ackOf = (message: wweb.Message) => inPage(shop, `require('WAWebCollections').Msg.get('${keyOf(message)}').ack`);
  const ledger = () => service.must('GET', `/ledger?sender=${number}`);
  const dialog = () => inPage(shop, `document.querySelector('[role=dialog]')?.textContent ?? null`);

  /** A number of its own for each test, linked unless told otherwise. */
  const prepare = async () => {
    count += 1;
    number = `491510000${String(count).padStart(4, '0')}`;
    await service.must('POST', '/phones', { number });
    shop = await newClient(service, path.join(folder, number));
  };
  const link = async () => {
    await prepare();
    await linkByQr(service, shop, number);
  };

  beforeAll(async () => {
    folder = temporaryFolder();
    service = await SimulatedService.start(path.join(folder, 'service'));
    await service.must('POST', '/phones', { number: ALICE });
  });
  afterEach(async () => {
    await shop.destroy().catch(() => {}); // some end broken on purpose
    await service.must('PATCH', '/config', { modalMs: 300_000, qrTtlMs: 20_000, qrRefs: 6 });
  });
  afterAll(async () => {
    await service.stop();
    removeFolder(folder);
  });

  it('silent: stays CONNECTED and takes nothing; what was sent arrives once it is over, once', async () => {
    await link();
    await fault('silent');
    const sent = await shop.sendMessage(ALICE_CHAT, 'into the void');
    expect(await state()).toBe('CONNECTED');
    expect(await ackOf(sent)).toBe(0);
    expect(await ledger()).toEqual([]);
    await clear();
    await eventually(() => ackOf(sent), (ack) => ack === 3);
    expect(await ledger()).toHaveLength(1);
  });

  it('drop: the page comes back by itself', async () => {
    await link();
    const reopened = next<string>(shop, 'change_state', (to) => to === 'CONNECTED');
    await fault('drop');
    await reopened;
    const sent = await shop.sendMessage(ALICE_CHAT, 'back again', { waitUntilMsgSent: true });
    expect(await ackOf(sent)).toBeGreaterThan(0);
  });

  it('timelock: a chat never talked to is accepted and then refused, an old one goes on', async () => {
    await link();
    await shop.sendMessage(ALICE_CHAT, 'known', { waitUntilMsgSent: true });
    const stranger = `1555999${String(count).padStart(4, '0')}`;
    await service.must('POST', '/phones', { number: stranger });
    await fault('timelock');
    const refused = await shop.sendMessage(`${stranger}@c.us`, 'hello stranger', { waitUntilMsgSent: true });
    expect(await ackOf(refused)).toBe(-1);
    expect((await ledger()).at(-1)).toMatchObject({ wireId: refused.id.id, error: 463 });
    expect(await service.must('GET', `/phones/${stranger}/messages`)).toEqual([]);
    const known = await shop.sendMessage(ALICE_CHAT, 'still here', { waitUntilMsgSent: true });
    expect(await ackOf(known)).toBeGreaterThan(0);
  });

  it('hang: the page answers nothing until the fault is cleared', async () => {
    await link();
    await service.must('POST', `/phones/${number}/faults`, { kind: 'hang', forMs: 60_000 });
    let hasAnswered = false;
    const answer = (async () => {
      await state();
      hasAnswered = true;
    })();
    await new Promise((resolve) => setTimeout(resolve, 500)); // long enough for any page that still answers
    expect(hasAnswered).toBe(false);
    await clear();
    await answer;
  });

  it('hang for a while: the page answers again by itself', async () => {
    await link();
    await service.must('POST', `/phones/${number}/faults`, { kind: 'hang', forMs: 200 });
    await eventually(() => service.must('GET', `/phones/${number}`), ({ faults }) => faults.length === 0);
    expect(await state()).toBe('CONNECTED');
  });

  it('crash: the renderer dies', async () => {
    await link();
    const crashed = new Promise<Error>((resolve) => shop.pupPage?.once('error', resolve));
    await fault('crash');
    expect((await crashed).message).toMatch(/crashed/i);
  });

  it('modal: can be clicked away; if nobody does, the link ends', async () => {
    await link();
    await fault('modal');
    await eventually(dialog, (text) => text?.includes("What's new") === true);
    await shop.pupPage?.click('[role=dialog] button');
    expect(await dialog()).toBeNull();

    await service.must('PATCH', '/config', { modalMs: 100 });
    await fault('modal');
    await eventually(() => service.must('GET', `/phones/${number}`), ({ linked }) => linked.length === 0);
  });

  it('passkey: the scan is refused and the page asks for one', async () => {
    await prepare();
    await fault('passkey');
    const qr = next<string>(shop, 'qr');
    await shop.initialize();
    const refused = await scan(await qr);
    expect(refused).toMatchObject({ status: 409, body: { code: 'passkey_required' } });
    await eventually(dialog, (text) => text?.includes('passkey') === true);
    expect(await state()).toBe('PAIRING');
  });

  it('outdated: the page says its version is no longer accepted', async () => {
    await link();
    const disconnected = next<string>(shop, 'disconnected');
    await fault('outdated');
    expect(await disconnected).toBe('DEPRECATED_VERSION');
  });

  it('ban: the page is locked out and the number cannot be linked', async () => {
    await link();
    const disconnected = next<string>(shop, 'disconnected');
    await service.must('POST', `/phones/${number}/ban`);
    expect(await disconnected).toBe('TOS_BLOCK');
    await shop.destroy();
    shop = await newClient(service, path.join(folder, 'banned'));
    const qr = next<string>(shop, 'qr');
    await shop.initialize();
    expect(await scan(await qr)).toMatchObject({ status: 409, body: { code: 'banned' } });
  });

  it('QR codes: each replaces the one before, and after the last the page rests', async () => {
    await service.must('PATCH', '/config', { qrTtlMs: 300, qrRefs: 3 });
    await prepare();
    const qrs: string[] = [];
    shop.on('qr', (qr) => qrs.push(qr));
    await shop.initialize();
    await eventually(state, (now) => now === 'UNPAIRED_IDLE');
    expect(new Set(qrs).size).toBe(3);
    expect(await scan(qrs[0])).toMatchObject({ status: 409, body: { code: 'expired' } });
    await inPage(shop, `require('WAWebCmd').Cmd.refreshQR()`);
    await eventually(state, (now) => now === 'UNPAIRED');
  });

  it('an offline phone acknowledges nothing until it is back', async () => {
    await link();
    await service.must('PATCH', `/phones/${ALICE}`, { online: false });
    const sent = await shop.sendMessage(ALICE_CHAT, 'are you there', { waitUntilMsgSent: true });
    expect(await ackOf(sent)).toBe(1);
    const has = (all: { wireId: string }[]) => all.some(({ wireId }) => wireId === sent.id.id);
    expect(has(await service.must('GET', `/phones/${ALICE}/messages`))).toBe(false);
    await service.must('PATCH', `/phones/${ALICE}`, { online: true });
    await eventually(() => ackOf(sent), (ack) => ack === 3);
    expect(has(await service.must('GET', `/phones/${ALICE}/messages`))).toBe(true);
  });

  it('the history request fails while the own phone is offline', async () => {
    await link();
    await shop.sendMessage(ALICE_CHAT, 'something', { waitUntilMsgSent: true });
    await service.must('PATCH', `/phones/${number}`, { online: false });
    await expect(shop.syncHistory(ALICE_CHAT)).rejects.toThrow('No answer to history');
  });

  it('a page whose link ended while it was away shows a QR code', async () => {
    await link();
    await shop.destroy();
    await service.must('POST', `/phones/${number}/unlink`);
    shop = await newClient(service, path.join(folder, number));
    const qr = next<string>(shop, 'qr');
    await shop.initialize();
    await qr;
  });

  it('client.logout() ends the link', async () => {
    await link();
    await shop.logout();
    expect(await service.must('GET', `/phones/${number}`)).toMatchObject({ linked: [] });
  });

  it('a page that is restarted finds the fault that lasts', async () => {
    await link();
    await shop.destroy();
    await fault('silent');
    shop = await newClient(service, path.join(folder, number));
    await open(shop);
    const sent = await shop.sendMessage(ALICE_CHAT, 'still nothing');
    expect(await ackOf(sent)).toBe(0);
    await clear();
    await eventually(() => ackOf(sent), (ack) => ack === 3);
  });
});
