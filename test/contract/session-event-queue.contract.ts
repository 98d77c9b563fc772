import { afterEach, describe, expect, it } from '@jest/globals';
import type { SessionEventBatch } from '../../shared/contracts/session-events.ts';
import type { SessionEventQueue } from '../../shared/domain/session-events/session-event-queue.ts';

export interface QueueUnderTest {
  readonly queue: SessionEventQueue;
  /** A batch of a session that exists; `session` tells sessions apart. */
  aBatch(session: number, counter: number): Promise<SessionEventBatch>;
  /** Everything that has come out at the other end, once what was sent is through. */
  arrived(): Promise<readonly SessionEventBatch[]>;
  stop(): Promise<void>;
}

const sequences = (batches: readonly SessionEventBatch[], sessionId: string): string[] =>
  batches.filter((batch) => batch.sessionId === sessionId).map(({ sequence }) => sequence);

/** Run on every way events take out of an instance. */
export function describeSessionEventQueue(name: string, make: () => Promise<QueueUnderTest>): void {
  describe(`${name} keeps the contract of SessionEventQueue`, () => {
    const made: QueueUnderTest[] = [];
    const start = async (): Promise<QueueUnderTest> => {
      const one = await make();
      made.push(one);
      return one;
    };
    afterEach(async () => {
      await Promise.all(made.splice(0).map((one) => one.stop()));
    });

    it('brings a batch as it was', async () => {
      const { queue, aBatch, arrived } = await start();
      const batch = await aBatch(1, 1);
      await queue.send(batch);
      expect(await arrived()).toEqual([batch]);
    });

    it('keeps the order of each session, whatever others do', async () => {
      const { queue, aBatch, arrived } = await start();
      const one = [await aBatch(1, 1), await aBatch(1, 2), await aBatch(1, 3)];
      const other = [await aBatch(2, 1), await aBatch(2, 2), await aBatch(2, 3)];
      const inTurn = async (batches: readonly SessionEventBatch[]) => {
        for (const batch of batches) await queue.send(batch);
      };
      await Promise.all([inTurn(one), inTurn(other)]);
      const all = await arrived();
      for (const batches of [one, other]) expect(sequences(all, batches[0]!.sessionId)).toEqual(batches.map(({ sequence }) => sequence));
    });
  });
}
