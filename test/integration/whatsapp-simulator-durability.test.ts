import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { WebSocket } from 'ws';
import { SimulatedService } from '../support/simulated-service.ts';
import { eventually, removeFolder, temporaryFolder } from './whatsapp-simulator-harness.ts';

jest.setTimeout(30_000);

const SHOP = '4915112345678';
const ALICE = '15550001111';
const BURST = 5000;
const KEYS = 'c3RhdGlj,aWRlbnRpdHk=,YWR2,1';

/** A page without a browser: links itself and sends as fast as the socket takes it. */
class BarePage {
  readonly acknowledged = new Set<string>();
  readonly isLinked = Promise.withResolvers<void>();
  readonly #socket: WebSocket;
  readonly #service: SimulatedService;

  constructor(service: SimulatedService) {
    this.#service = service;
    this.#socket = new WebSocket(`wss://${service.address.page}/ws/chat`, { rejectUnauthorized: false });
    this.#socket.on('open', () => this.send({ t: 'hello', keys: KEYS }));
    this.#socket.on('message', (data: Buffer) => this.#take(JSON.parse(data.toString('utf8'))));
    this.#socket.on('error', () => {}); // the service is killed under it
  }

  send(frame: object): void {
    this.#socket.send(JSON.stringify(frame));
  }

  close(): void {
    this.#socket.terminate();
  }

  #take(frame: { t: string; ref?: string; credentials?: object; i?: [string, ...number[]][] }): void {
    if (frame.t === 'ref') void this.#service.must('POST', `/phones/${SHOP}/link`, { qr: `${frame.ref},${KEYS}` });
    if (frame.t === 'paired') this.send({ t: 'login', ...frame.credentials, receipts: 0, isFresh: true });
    if (frame.t === 'ok') this.isLinked.resolve();
    for (const [wireId] of frame.i ?? []) this.acknowledged.add(wireId);
  }
}

describe('what the simulated service acknowledged', () => {
  let folder: string;
  let service: SimulatedService;

  beforeAll(async () => {
    folder = temporaryFolder();
    service = await SimulatedService.start(path.join(folder, 'service'));
    for (const number of [SHOP, ALICE]) await service.must('POST', '/phones', { number });
  });
  afterAll(async () => {
    await service.stop();
    removeFolder(folder);
  });

  it('is all there after a kill -9 in the middle of a burst', async () => {
    const page = new BarePage(service);
    await page.isLinked.promise;
    for (let index = 0; index < BURST; index += 1) {
      page.send({ t: 'm', id: `3EB0${index}`, to: `${ALICE}@c.us`, type: 'chat', body: `message ${index}` });
    }
    await eventually(async () => page.acknowledged.size, (count) => count > 0);
    await service.stop('SIGKILL');
    page.close();

    service = await SimulatedService.start(path.join(folder, 'service'));
    const wireIds = async (url: string) =>
      new Set((await service.must('GET', url)).map(({ wireId }: { wireId: string }) => wireId));
    expect(page.acknowledged.isSubsetOf(await wireIds(`/ledger?sender=${SHOP}`))).toBe(true);
    expect(page.acknowledged.isSubsetOf(await wireIds(`/phones/${ALICE}/messages`))).toBe(true);
    expect(await service.must('GET', `/phones/${SHOP}`)).toMatchObject({ linked: [{ generation: 1 }] });
  });
});
