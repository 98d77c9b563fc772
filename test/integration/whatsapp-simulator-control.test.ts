import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { SimulatedService } from '../support/simulated-service.ts';
import { eventually, removeFolder, temporaryFolder } from './whatsapp-simulator-harness.ts';

jest.setTimeout(30_000);

const ALICE = '15550001111';
const BOB = '15550002222';

describe('the control API of the simulated service', () => {
  let folder: string;
  let service: SimulatedService;

  beforeAll(async () => {
    folder = temporaryFolder();
    service = await SimulatedService.start(path.join(folder, 'service'));
    await service.must('POST', '/phones', { number: ALICE, name: 'Alice' });
    await service.must('POST', '/phones', { number: `+${BOB}`, name: 'Bob' });
  });
  afterAll(async () => {
    await service.stop();
    removeFolder(folder);
  });

  it('registers numbers, again without complaint, with or without a plus', async () => {
    expect(await service.call('POST', '/phones', { number: '4915100000001' })).toMatchObject({
      status: 201,
      body: { number: '+4915100000001', online: true, autoRead: true, autoReply: null, linked: [] },
    });
    expect(await service.call('POST', '/phones', { number: '+4915100000001' })).toMatchObject({ status: 200 });
    expect(await service.must('GET', '/phones/+4915100000001')).toMatchObject({ number: '+4915100000001' });
  });

  it('registers many at once, each a number that can be', async () => {
    const { numbers } = await service.must('POST', '/phones/bulk', { prefix: '+1777', count: 12 });
    expect(numbers).toHaveLength(12);
    expect(new Set(numbers).size).toBe(12);
    for (const number of numbers) expect(number).toMatch(/^\+1777\d{7}$/);
    const { numbers: more } = await service.must('POST', '/phones/bulk', { prefix: '1', count: 100_000 });
    expect(more.at(-1)).toBe('+10000099999');
  });

  it.each([
    { method: 'POST', url: '/phones', body: { number: '12' }, field: 'number' },
    { method: 'POST', url: '/phones', body: { number: ALICE, colour: 'red' }, field: 'colour' },
    { method: 'POST', url: '/phones/bulk', body: { prefix: '1555', count: 0 }, field: 'count' },
    { method: 'POST', url: '/phones/bulk', body: { prefix: '123456789012345', count: 10 }, field: 'prefix' },
    { method: 'POST', url: `/phones/${ALICE}/messages`, body: { text: 'to nobody' }, field: 'to' },
    { method: 'POST', url: `/phones/${ALICE}/messages`, body: { to: BOB, type: 'image' }, field: 'media' },
    { method: 'POST', url: `/phones/${ALICE}/link`, body: {}, field: 'qr' },
    { method: 'POST', url: `/phones/${ALICE}/faults`, body: { kind: 'gremlins' }, field: 'kind' },
    { method: 'PATCH', url: `/phones/${ALICE}`, body: { online: 'yes' }, field: 'online' },
    { method: 'PATCH', url: '/config', body: { build: 'newest' }, field: 'build' },
    { method: 'GET', url: '/ledger?sender=me', body: undefined, field: 'sender' },
  ])('answers 400 to $method $url naming $field', async ({ method, url, body, field }) => {
    const answer = await service.call(method, url, body);
    expect(answer).toMatchObject({ status: 400, body: { field, message: expect.stringContaining(field) } });
  });

  it('answers 404 for numbers nobody registered', async () => {
    for (const [method, url, body] of [
      ['GET', '/phones/19998887777', undefined],
      ['GET', '/phones/19998887777/messages', undefined],
      ['POST', '/phones/19998887777/ban', undefined],
      ['POST', `/phones/${ALICE}/messages`, { to: '19998887777', text: 'hello?' }],
    ] as const) {
      expect(await service.call(method, url, body)).toMatchObject({ status: 404, body: { code: 'unknown_phone' } });
    }
  });

  it('lets phones write to each other, and lists what was accepted', async () => {
    const { wireId } = await service.must('POST', `/phones/${ALICE}/messages`, { to: BOB, text: 'Hello Bob' });
    expect((await service.must('GET', `/phones/${BOB}/messages`)).at(-1)).toMatchObject({
      wireId, from: `+${ALICE}`, type: 'text', text: 'Hello Bob', copies: 1, ack: 3,
    });
    for (const sender of [ALICE, `+${ALICE}`, `%2B${ALICE}`]) {
      const ledger = await service.must('GET', `/ledger?sender=${sender}`);
      expect(ledger.at(-1)).toMatchObject({ sender: `+${ALICE}`, recipient: `+${BOB}`, wireId, linkGeneration: null });
    }
    await service.must('POST', `/phones/${ALICE}/messages`, { to: BOB, text: 'Hello Bob', wireId });
    expect((await service.must('GET', `/phones/${BOB}/messages`)).at(-1)).toMatchObject({ wireId, copies: 2 });
    expect(await service.must('GET', '/stats')).toMatchObject({ duplicates: 1 });
  });

  it('keeps messages unread until the phone reads them, if it does not do so at once', async () => {
    await service.must('PATCH', `/phones/${BOB}`, { autoRead: false });
    const { wireId } = await service.must('POST', `/phones/${ALICE}/messages`, { to: BOB, text: 'read me' });
    const ack = async () => {
      const received: { wireId: string; ack: number }[] = await service.must('GET', `/phones/${BOB}/messages`);
      return received.find((one) => one.wireId === wireId)?.ack;
    };
    expect(await ack()).toBe(2);
    expect(await service.must('GET', `/phones/${BOB}/chats`)).toMatchObject([{ name: 'Alice', unread: 1 }]);
    expect(await service.must('POST', `/phones/${BOB}/messages/read`, { from: ALICE })).toEqual({ read: 1 });
    expect(await ack()).toBe(3);
    await service.must('POST', `/phones/${BOB}/messages/read`, { wireIds: [wireId], played: true });
    expect(await ack()).toBe(4);
    await service.must('PATCH', `/phones/${BOB}`, { autoRead: null });
  });

  it('replies by itself, once, even if both sides do', async () => {
    await service.must('PATCH', `/phones/${ALICE}`, { autoReply: { text: 'I am Alice' } });
    await service.must('PATCH', `/phones/${BOB}`, { autoReply: { text: 'I am Bob' } });
    const before = (await service.must('GET', '/ledger')).length;
    await service.must('POST', `/phones/${ALICE}/messages`, { to: BOB, text: 'who is there' });
    const received = () => service.must('GET', `/phones/${ALICE}/messages`);
    await eventually(received, (all) => all.at(-1)?.text === 'I am Bob');
    expect(await service.must('GET', '/ledger')).toHaveLength(before + 2);
    for (const number of [ALICE, BOB]) await service.must('PATCH', `/phones/${number}`, { autoReply: null });
  });

  it('shows who is typing, and makes groups', async () => {
    await service.must('POST', `/phones/${ALICE}/typing`, { to: BOB });
    const typing = [{ from: `+${ALICE}`, state: 'typing' }];
    expect(await service.must('GET', `/phones/${BOB}`)).toMatchObject({ typing });
    const group = { subject: 'Friends', members: [ALICE, BOB], admin: ALICE };
    const answer = await service.call('POST', '/groups', group);
    expect(answer).toMatchObject({ status: 201, body: { subject: 'Friends', members: [`+${ALICE}`, `+${BOB}`] } });
    expect(await service.must('GET', '/groups')).toEqual([answer.body]);
  });

  it('refuses what a banned phone writes', async () => {
    await service.must('POST', '/phones', { number: '4915100000077' });
    await service.must('POST', '/phones/4915100000077/ban');
    const answer = await service.call('POST', '/phones/4915100000077/messages', { to: BOB, text: 'spam' });
    expect(answer).toMatchObject({ status: 409, body: { code: 'banned' } });
    await service.must('DELETE', '/phones/4915100000077/ban');
    await service.must('POST', '/phones/4915100000077/messages', { to: BOB, text: 'sorry' });
  });

  it('changes settings and keeps them, and everything else, over kill -9', async () => {
    const changed = await service.must('PATCH', '/config', { ackDelayMs: 5 });
    expect(changed).toMatchObject({ ackDelayMs: 5, syncMs: 200, build: 'classic' });
    const messages = await service.must('GET', `/phones/${BOB}/messages`);
    await service.stop('SIGKILL');
    service = await SimulatedService.start(path.join(folder, 'service'));
    expect(await service.must('GET', '/config')).toMatchObject({ ackDelayMs: 5 });
    expect(await service.must('GET', `/phones/${BOB}/messages`)).toEqual(messages);
    expect(await service.must('GET', '/groups')).toHaveLength(1);
    expect(await service.must('GET', '/stats')).toMatchObject({ duplicates: 1 });
  });

  it('ends when its parent goes away, and on SIGTERM', async () => {
    const watched = await SimulatedService.start(path.join(folder, 'watched'));
    expect(await watched.endWithParent()).toBe(0);
    const asked = await SimulatedService.start(path.join(folder, 'asked'));
    await asked.stop('SIGTERM');
    await expect(asked.call('GET', '/stats')).rejects.toThrow('fetch failed');
  });
});
