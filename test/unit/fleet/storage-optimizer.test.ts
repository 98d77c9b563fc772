import { beforeEach, describe, expect, it } from '@jest/globals';
import { SessionStorageOptimizer, type StoredSession } from '../../../fleet/sessions/storage-optimizer.ts';
import { HealthBoard } from '../../../fleet/sessions/health-board.ts';
import { UNKNOWN_HEALTH } from '../../../shared/domain/sessions/session-health.ts';
import { silentLog } from '../../support/fakes/silent-log.ts';

const MB = 1e6;
const HOUR = 3_600_000;

describe('SessionStorageOptimizer', () => {
  let health: HealthBoard;
  let warned: string[];
  let recycled: string[];
  let size: { bytes: number; cacheBytes: number };

  const check = async (quotaBytes: number, over: Partial<StoredSession> = {}): Promise<void> => {
    const session: StoredSession = {
      isConnected: true, runningForMs: HOUR, quietForMs: HOUR,
      recycle: async (reason) => void recycled.push(reason),
      context: { owner: { workspaceId: 'wsp_a', sessionId: 'ses_a', fencingToken: 1 }, health, warn: (_source, code) => void warned.push(code) },
      ...over,
    };
    await new SessionStorageOptimizer({
      pool: { ids: ['ses_a'], find: () => session },
      profiles: { measure: async () => size, sweep: async () => 0 },
      quotaBytes, rule: { leastLifeMs: 600_000, idleAfterMs: 30_000 }, log: silentLog,
    }).check();
  };

  beforeEach(() => {
    [warned, recycled, health] = [[], [], new HealthBoard(UNKNOWN_HEALTH, () => undefined)];
    size = { bytes: 130 * MB, cacheBytes: 20 * MB };
  });

  it('shows what a profile takes, and warns beyond the quota', async () => {
    await check(200 * MB);
    expect([health.current.profileBytes, warned]).toEqual([130 * MB, []]);
    await check(100 * MB);
    expect([warned, recycled]).toEqual([['profile_over_quota'], []]); // its databases are what is large
  });

  it.each([
    { what: 'idle', over: {}, recycles: ['storage_quota'] },
    { what: 'sending', over: { quietForMs: 0 }, recycles: [] },
    { what: 'just started', over: { runningForMs: 1_000 }, recycles: [] },
  ])('drops caches that break the quota of a session that is $what: $recycles', async ({ over, recycles }) => {
    size = { bytes: 130 * MB, cacheBytes: 90 * MB };
    await check(100 * MB, over);
    expect(recycled).toEqual(recycles);
  });

  it('warns of nothing without a quota', async () => {
    await check(0);
    expect(warned).toEqual([]);
  });
});
