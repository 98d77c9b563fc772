import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventSpool, type EventSpoolOptions } from '../../../fleet/events/spool/event-spool.ts';
import { until as poll } from '../../../local/client/until.ts';
import type { SessionEventBatch } from '../../../shared/contracts/session-events.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import { describeSessionEventQueue } from '../../contract/session-event-queue.contract.ts';
import { anEventBatch } from '../../support/builders/event-batch.ts';
import { silentLog } from '../../support/fakes/silent-log.ts';

const until = (isSo: () => boolean | Promise<boolean>) => poll(async () => isSo(), { what: 'the spool', timeoutMs: 10_000, everyMs: 5 });

let dir: string;
let spools: EventSpool[];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'spool-'));
  spools = [];
});
afterEach(async () => {
  await Promise.all(spools.map((spool) => spool.stop(0)));
  await rm(dir, { recursive: true, force: true });
});

/** The other side: it takes what it is sent unless it is down. */
function receiver() {
  const taken: SessionEventBatch[] = [];
  const other = {
    taken,
    isDown: false,
    refuse: undefined as ((batch: SessionEventBatch) => Error | undefined) | undefined,
    queue: {
      async send(batch: SessionEventBatch) {
        const refusal = other.isDown ? new Error('no connection') : other.refuse?.(batch);
        if (refusal) throw refusal;
        taken.push(batch);
      },
    },
  };
  return other;
}

async function open(other: ReturnType<typeof receiver>, over: Partial<EventSpoolOptions> = {}): Promise<EventSpool> {
  const spool = await EventSpool.open({
    dir, instanceId: 'ins_a', queue: other.queue, maxBytes: 1e8, retry: { firstMs: 5, longestMs: 20 }, leftAfterMs: 20_000, log: silentLog, ...over,
  });
  spools.push(spool);
  return spool;
}

const batches = (sessionId: string, count: number, from = 1): SessionEventBatch[] => Array.from({ length: count }, (_, i) => anEventBatch(sessionId, from + i));
const countersOf = (taken: readonly SessionEventBatch[], sessionId: string): number[] =>
  taken.filter((batch) => batch.sessionId === sessionId).map(({ sequence }) => Number(sequence.slice(11)));
const segments = async (): Promise<string[]> => (await readdir(dir, { recursive: true })).filter((name) => name.endsWith('.log'));

describeSessionEventQueue('EventSpool', async () => {
  const other = receiver();
  const spool = await open(other, { dir: await mkdtemp(join(dir, 'contract-')) });
  return {
    queue: spool,
    aBatch: async (session, counter) => anEventBatch(`ses_${session}`, counter),
    async arrived() {
      await until(() => spool.waiting === 0);
      return other.taken;
    },
    stop: () => spool.stop(0),
  };
});

describe('EventSpool while the other side is down', () => {
  it('takes all, and passes it on in order once it is back', async () => {
    const other = receiver();
    other.isDown = true;
    const spool = await open(other);
    for (const batch of batches('ses_a', 50)) await spool.send(batch);
    for (const batch of batches('ses_b', 50)) await spool.send(batch);
    expect([spool.waiting, other.taken]).toEqual([100, []]);
    other.isDown = false;
    await until(() => spool.waiting === 0);
    expect(countersOf(other.taken, 'ses_a')).toEqual(batches('ses_a', 50).map((_, i) => i + 1));
    expect(countersOf(other.taken, 'ses_b')).toHaveLength(50);
  });

  it('leaves it to the next process, each batch exactly as it was', async () => {
    const other = receiver();
    other.isDown = true;
    const sent = [...batches('ses_a', 20), ...batches('ses_b', 5)];
    const first = await open(other);
    for (const batch of sent) await first.send(batch);
    await first.stop(0);
    other.isDown = false;
    const second = await open(other, { instanceId: 'ins_b' });
    await until(() => second.waiting === 0);
    expect(other.taken.filter(({ sessionId }) => sessionId === 'ses_a')).toEqual(sent.slice(0, 20));
    expect(other.taken).toHaveLength(25);
    await second.stop();
    expect(await segments()).toEqual([]);
  });

  it('sends again nothing that was taken before the stop', async () => {
    const other = receiver();
    const first = await open(other);
    for (const batch of batches('ses_a', 10)) await first.send(batch);
    await until(() => first.waiting === 0);
    other.isDown = true;
    for (const batch of batches('ses_a', 5, 11)) await first.send(batch);
    await first.stop(0);
    other.isDown = false;
    const second = await open(other, { instanceId: 'ins_b' });
    await until(() => second.waiting === 0);
    expect(countersOf(other.taken, 'ses_a')).toEqual(Array.from({ length: 15 }, (_, i) => i + 1));
  });

  it('holds one session back without holding up another', async () => {
    const other = receiver();
    other.refuse = ({ sessionId }) => (sessionId === 'ses_a' ? new DomainError('unavailable', 'too_many_events', 'later', { retryAfterSeconds: 3_600 }) : undefined);
    const spool = await open(other);
    for (const batch of [...batches('ses_a', 20), ...batches('ses_b', 20)]) await spool.send(batch);
    await until(() => spool.waiting === 20);
    expect(countersOf(other.taken, 'ses_b')).toHaveLength(20);
  });

  it('puts an owner before first, even when it finds its batches late', async () => {
    const other = receiver();
    other.isDown = true;
    const first = await open(other);
    for (const batch of batches('ses_a', 2)) await first.send(batch);
    const second = await open(other, { instanceId: 'ins_b', adoptEveryMs: 5 });
    await second.send(anEventBatch('ses_a', 1, { fencingToken: 2, sequence: '0000000002-0000000001' }));
    await first.stop(0);
    await until(() => second.waiting === 3);
    other.isDown = false;
    await until(() => second.waiting === 0);
    expect(other.taken.map(({ fencingToken }) => fencingToken)).toEqual([1, 1, 2]);
  });
});

describe('EventSpool and its disk', () => {
  it('is left alone by others while its process lives, and taken over by one of them when it is gone', async () => {
    const other = receiver();
    other.isDown = true;
    const first = await open(other);
    await first.send(anEventBatch('ses_a', 1));
    expect((await open(other, { instanceId: 'ins_b' })).waiting).toBe(0);
    await first.stop(0);
    const [c, d] = await Promise.all([open(other, { instanceId: 'ins_c' }), open(other, { instanceId: 'ins_d' })]);
    expect([c.waiting, d.waiting].toSorted((x, y) => x - y)).toEqual([0, 1]);
  });

  it('removes what is done', async () => {
    const other = receiver();
    const spool = await open(other);
    for (const batch of batches('ses_a', 5)) await spool.send(batch);
    await until(() => spool.waiting === 0);
    await spool.stop();
    expect(await readdir(dir)).toEqual([]);
  });

  it('leaves out half a line and a damaged one, and sends all others', async () => {
    const other = receiver();
    other.isDown = true;
    const spool = await open(other);
    for (const batch of batches('ses_a', 5)) await spool.send(batch);
    await spool.stop(0);
    const [name = ''] = await segments();
    const path = join(dir, name);
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace('msg_3', 'msg_X'));
    await appendFile(path, '0badc0de {"v":1,"workspa');
    other.isDown = false;
    const next = await open(other, { instanceId: 'ins_b' });
    await until(() => next.waiting === 0);
    expect(countersOf(other.taken, 'ses_a')).toEqual([1, 2, 4, 5]);
  });

  it('takes no more than it may, and then goes the direct way for a session that has nothing ahead', async () => {
    const other = receiver();
    other.isDown = true;
    const spool = await open(other, { maxBytes: 600 });
    for (const batch of batches('ses_a', 5)) await spool.send(batch).catch(() => undefined);
    expect(spool.waiting).toBeGreaterThan(0);
    expect(spool.waiting).toBeLessThan(5);
    await expect(spool.send(anEventBatch('ses_a', 6))).rejects.toThrow('full');
    await expect(spool.send(anEventBatch('ses_b', 1))).rejects.toThrow('no connection');
    other.refuse = ({ sessionId }) => (sessionId === 'ses_a' ? new Error('not yet') : undefined);
    other.isDown = false;
    await spool.send(anEventBatch('ses_b', 1));
    expect(countersOf(other.taken, 'ses_b')).toEqual([1]);
  });

  it('keeps what is refused for good in a folder, and goes on', async () => {
    const other = receiver();
    other.refuse = ({ sequence }) => (sequence.endsWith('2') ? new DomainError('invalid', 'invalid_request', 'no') : undefined);
    const spool = await open(other);
    for (const batch of batches('ses_a', 3)) await spool.send(batch);
    await until(() => spool.waiting === 0);
    expect(countersOf(other.taken, 'ses_a')).toEqual([1, 3]);
    const [name = ''] = await readdir(join(dir, 'refused'));
    expect(JSON.parse(await readFile(join(dir, 'refused', name), 'utf8'))).toEqual(anEventBatch('ses_a', 2));
  });
});
