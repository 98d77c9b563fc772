import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryManager, type MemoryManagerOptions, type Resident } from '../../../fleet/sessions/memory-manager.ts';
import { silentLog } from '../../support/fakes/silent-log.ts';

const MB = 1e6;
const MINUTE = 60_000;

describe('MemoryManager', () => {
  let residents: Map<string, Resident>;
  let recycled: string[];
  let warned: string[];
  let isPressed: boolean;
  let manager: MemoryManager;
  let finish: () => void;

  /** Idle and long-lived unless told otherwise. */
  const resident = (id: string, over: Partial<Resident> = {}): void => {
    residents.set(id, {
      isConnected: true, runningForMs: 60 * MINUTE, quietForMs: 5 * MINUTE,
      context: { warn: (_source, code) => void warned.push(code) },
      recycle: (reason) => {
        recycled.push(`${id}:${reason}`);
        return new Promise((resolve) => { finish = resolve; });
      },
      ...over,
    });
  };
  const make = (over: Partial<MemoryManagerOptions> = {}) => new MemoryManager({
    find: (id) => residents.get(id),
    admission: { get isPressed() { return isPressed; } },
    softBytes: 700 * MB, hardBytes: 1_200 * MB,
    rule: { leastLifeMs: 10 * MINUTE, idleAfterMs: 30_000 },
    log: silentLog, ...over,
  });
  const review = (megabytes: Record<string, number>, times = 1) => {
    for (let n = 0; n < times; n++) manager.review(new Map(Object.entries(megabytes).map(([id, each]) => [id, each * MB])));
  };

  beforeEach(() => {
    [residents, recycled, warned, isPressed] = [new Map(), [], [], false];
    manager = make();
    for (const id of ['a', 'b', 'c']) resident(id);
  });

  it('recycles what is over the soft limit at two samples running, and tells why', () => {
    review({ a: 690, b: 800 });
    expect(recycled).toEqual([]);
    review({ a: 690, b: 800 });
    expect(recycled).toEqual(['b:memory_soft']);
    expect(warned).toEqual(['memory_soft']);
  });

  it('forgets a peak that has passed', () => {
    review({ a: 800 });
    review({ a: 300 });
    review({ a: 800 });
    expect(recycled).toEqual([]);
  });

  it.each([
    { what: 'is sending', over: { quietForMs: 0 } },
    { what: 'is not connected', over: { isConnected: false } },
    { what: 'has just started', over: { runningForMs: 9 * MINUTE } },
  ])('leaves one over the soft limit alone that $what', ({ over }) => {
    resident('a', over);
    review({ a: 1_100 }, 3);
    expect(recycled).toEqual([]);
  });

  it('recycles at once what is over the hard limit, busy or not, but not as soon as it has started', () => {
    resident('a', { quietForMs: 0, runningForMs: MINUTE });
    resident('b', { quietForMs: 0, runningForMs: MINUTE - 1 });
    review({ a: 1_300, b: 1_400 });
    expect(recycled).toEqual(['a:memory_hard']);
  });

  it('recycles one at a time, the most urgent first', async () => {
    review({ a: 800, b: 1_250, c: 1_300 }, 3);
    expect(recycled).toEqual(['c:memory_hard']);
    finish();
    await manager.settled();
    review({ a: 800, b: 1_250 });
    expect(recycled).toEqual(['c:memory_hard', 'b:memory_hard']);
  });

  it('gives back the biggest idle one when the instance is short, and only then', () => {
    resident('c', { quietForMs: 0 });
    review({ a: 200, b: 300, c: 400 });
    expect(recycled).toEqual([]);
    isPressed = true;
    review({ a: 200, b: 300, c: 400 });
    expect(recycled).toEqual(['b:memory_pressure']);
  });

  it('recycles nothing for a limit of 0', () => {
    manager = make({ softBytes: 0, hardBytes: 0 });
    review({ a: 5_000 }, 3);
    expect(recycled).toEqual([]);
  });
});
