import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SessionView } from '../../shared/contracts/api/sessions.ts';
import { until } from '../../local/client/until.ts';
import { Stack } from './stack.ts';

const TEST_MS = 120_000;

describe('Two instances with room for one session each', () => {
  let stack: Stack;
  const create = (): Promise<SessionView> => stack.blazz.post<SessionView>('/v1/sessions', {});
  const whenItIs = (id: string, status: SessionView['status']) =>
    until(async () => {
      const session = await stack.blazz.session(id);
      return session.status === status && session;
    }, { what: `${id} to be ${status}`, timeoutMs: 60_000 });

  beforeAll(async () => {
    stack = await Stack.start({ env: { CAPACITY: '1' } });
  }, TEST_MS);
  afterAll(() => stack?.close(), TEST_MS);

  it(
    'place a second session elsewhere, show why a third has to wait, and start it as soon as there is room',
    async () => {
      const [first, second] = [await create(), await create()];
      const placed = [await whenItIs(first.id, 'qr_scanning'), await whenItIs(second.id, 'qr_scanning')];
      expect(new Set(placed.map(({ instance }) => instance?.id)).size).toBe(2);

      const third = await create();
      const waiting = await until(async () => {
        const session = await stack.blazz.session(third.id);
        return session.health.detail !== null && session.instance === null && session;
      }, { what: 'the third to be shown waiting', timeoutMs: 60_000 });
      expect(waiting).toMatchObject({ status: 'starting', health: { detail: expect.stringContaining('as many sessions as it may') } });

      await stack.blazz.post(`/v1/sessions/${first.id}/stop`);
      const started = await whenItIs(third.id, 'qr_scanning');
      expect(started.instance?.id).toBe(placed[0]?.instance?.id);
      await until(async () => (await stack.blazz.session(third.id)).health.detail === null, { what: 'the reason to go' });
    },
    TEST_MS,
  );
});
