import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { PhonesClient } from '../../local/client/phones-client.ts';
import { until } from '../../local/client/until.ts';
import { SimulatedService } from '../support/simulated-service.ts';
import { removeFolder, temporaryFolder } from './whatsapp-simulator-harness.ts';

const SHOP = '+15550003001';
const ALICE = '+15550003002';

type Frame = Readonly<Record<string, unknown>> & { readonly t: string };

/** A page as the service sees it: a socket and its frames. */
class Page {
  readonly #socket: WebSocket;
  readonly #frames: Frame[] = [];

  constructor(address: string) {
    this.#socket = new WebSocket(`wss://${address}/ws/chat`, { rejectUnauthorized: false });
    this.#socket.on('message', (data: Buffer) => this.#frames.push(JSON.parse(data.toString('utf8')) as Frame));
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  send(frame: Frame): void {
    this.#socket.send(JSON.stringify(frame));
  }

  write(id: string): void {
    this.send({ t: 'm', id, to: `${ALICE.slice(1)}@c.us`, type: 'chat', body: id });
  }

  frame(t: string): Promise<Frame> {
    return until(async () => this.#frames.find((frame) => frame.t === t), { what: `the frame ${t}`, everyMs: 10 });
  }

  /** What the service says stays in the socket. */
  stopListening(): void {
    this.#socket.pause();
  }

  close(): void {
    this.#socket.terminate();
  }
}

describe('The simulated service tells connections of one link apart (I3)', () => {
  const folder = temporaryFolder();
  let service: SimulatedService;
  let phones: PhonesClient;
  const pages: Page[] = [];

  beforeAll(async () => {
    service = await SimulatedService.start(folder);
    phones = new PhonesClient(service.address.control);
    for (const number of [SHOP, ALICE]) await phones.register(number);
  });
  afterAll(async () => {
    for (const page of pages) page.close();
    await service.stop();
    removeFolder(folder);
  });

  async function open(): Promise<Page> {
    const page = new Page(service.address.page);
    pages.push(page);
    await until(async () => page.isOpen, { what: 'the connection' });
    return page;
  }

  async function linked(): Promise<{ page: Page; login: Frame }> {
    const page = await open();
    page.send({ t: 'hello', keys: 'a,b,c' });
    const { ref } = await page.frame('ref');
    await phones.scan(SHOP, `${String(ref)},a,b,c`);
    const { credentials } = await page.frame('paired');
    return { page, login: { t: 'login', receipts: 0, isFresh: true, ...(credentials as object) } };
  }

  async function logIn(page: Page, login: Frame): Promise<void> {
    page.send(login);
    await page.frame('ok');
  }

  it('by a number in the ledger that grows, and by what a replaced one still tries', async () => {
    const { page: first, login } = await linked();
    await logIn(first, login);
    first.write('BEFORE');
    await first.frame('a');
    const second = await open();
    first.stopListening();
    await logIn(second, login);
    first.write('TOO-LATE'); // as a page does that has not heard yet
    second.write('AFTER');
    await until(async () => (await phones.lateSends()).length > 0, { what: 'the late send' });
    await second.frame('a');

    expect(await phones.lateSends()).toMatchObject([{ sender: SHOP, wireId: 'TOO-LATE' }]);
    const ledger = await phones.ledger(SHOP);
    expect(ledger.map(({ wireId }) => wireId)).toEqual(['BEFORE', 'AFTER']);
    const [before, after] = ledger.map(({ login: number }) => number ?? 0);
    expect(after).toBeGreaterThan(before ?? 0);
  });

  it('and how much a linked device has not got yet', async () => {
    await phones.write(ALICE, SHOP, 'nobody confirms this');
    expect(await phones.linked(SHOP)).toMatchObject([{ generation: 1, waiting: 1 }]);
  });
});
