import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { EventPublisher } from '../../../fleet/events/event-publisher.ts';
import { SessionEventBatch, type SessionEvent } from '../../../shared/contracts/session-events.ts';
import { silentLog } from '../../support/fakes/silent-log.ts';

const REPORTER = { workspaceId: 'wsp_a', sessionId: 'ses_a', fencingToken: 7 };
const event = (text: string): SessionEvent => ({ type: 'message.sent', at: '2026-03-01T10:00:00Z', messageId: text, wireId: 'w' });

function setUp(send: (batch: SessionEventBatch) => Promise<void> = async () => undefined, isLeaseHeld = () => true) {
  const batches: SessionEventBatch[] = [];
  const publisher = new EventPublisher({
    queue: { send: async (batch) => { await send(batch); batches.push(batch); } },
    instanceId: 'ins_a', isLeaseHeld, collectMs: 100, log: silentLog,
  });
  return { batches, publisher, reports: publisher.of(REPORTER) };
}

const idsIn = ({ events }: SessionEventBatch) => events.map((each) => ('messageId' in each ? each.messageId : each.type));

describe('EventPublisher', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('reports at once when idle, and gathers while it is busy', async () => {
    const { batches, reports } = setUp();
    reports.report(event('1'), event('2'));
    reports.report(event('3'));
    await jest.advanceTimersByTimeAsync(0);
    expect(batches.map(idsIn)).toEqual([['1', '2', '3']]);
    reports.report(event('4'));
    reports.report(event('5'));
    await jest.advanceTimersByTimeAsync(99);
    expect(batches).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(1);
    expect(batches.map(idsIn)[1]).toEqual(['4', '5']);
  });

  it('numbers batches under its token, and they keep the contract', async () => {
    const { batches, reports, publisher } = setUp();
    reports.report(event('1'));
    await jest.advanceTimersByTimeAsync(200);
    publisher.of(REPORTER).report(event('2'));
    await jest.advanceTimersByTimeAsync(200);
    expect(batches.map(({ sequence }) => sequence)).toEqual(['0000000007-0000000001', '0000000007-0000000002']);
    expect(batches.map((batch) => SessionEventBatch.parse(batch))).toEqual(batches);
  });

  it('splits what is too much for one batch', async () => {
    const { batches, reports } = setUp();
    reports.report(...Array.from({ length: 450 }, (_, i) => event(String(i))));
    const flushed = reports.flush();
    await jest.advanceTimersByTimeAsync(1_000);
    await flushed;
    expect(batches.map(({ events }) => events.length)).toEqual([200, 200, 50]);
    reports.report(...[1, 2, 3].map((i) => event(`${i}`.repeat(90_000))));
    await jest.advanceTimersByTimeAsync(1_000);
    expect(batches.slice(3).map(({ events }) => events.length)).toEqual([2, 1]);
  });

  it('sends a failed batch again, unchanged and before any other, until it is in', async () => {
    let failures = 3;
    const tried: string[] = [];
    const { batches, reports } = setUp(async ({ sequence }) => {
      tried.push(sequence);
      if (failures-- > 0) throw new Error('no connection');
    });
    reports.report(event('1'));
    await jest.advanceTimersByTimeAsync(0);
    reports.report(event('2'));
    await jest.advanceTimersByTimeAsync(5_000);
    expect(batches.map(idsIn)).toEqual([['1'], ['2']]);
    expect(new Set(tried.slice(0, 4))).toEqual(new Set(['0000000007-0000000001']));
  });

  it('gives up with the lease', async () => {
    let isHeld = true;
    const { batches, reports } = setUp(() => Promise.reject(new Error('no connection')), () => isHeld);
    reports.report(event('1'));
    await jest.advanceTimersByTimeAsync(300);
    isHeld = false;
    await jest.advanceTimersByTimeAsync(20_000);
    await reports.flush();
    expect(batches).toEqual([]);
  });
});
