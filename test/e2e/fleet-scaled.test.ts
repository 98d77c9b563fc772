import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SessionView } from '../../shared/contracts/api/sessions.ts';
import { linkSession } from '../../local/client/link-session.ts';
import { until } from '../../local/client/until.ts';
import { EcsService } from './ecs-service.ts';
import { Stack } from './stack.ts';

const TEST_MS = 180_000;
const SENDERS = ['+4915270000001', '+4915270000002', '+4915270000003'];

describe('A fleet with room for two sessions an instance', () => {
  let stack: Stack;
  let ecs: EcsService;
  let sessions: readonly SessionView[];

  beforeAll(async () => {
    const env = { CAPACITY: '2', SCHEDULE_SECONDS: '1', SCALE_IN_AFTER_SECONDS: '2' };
    stack = await Stack.start({ args: ['--instances', '1', '--max-instances', '3'], env });
    ecs = new EcsService(stack);
  }, TEST_MS);

  afterAll(async () => {
    ecs?.close();
    await stack?.close();
  }, TEST_MS);

  const instances = async (): Promise<number> => (await stack.host.local()).instances.length;

  it('grows when a third one waits, which is then connected', async () => {
    expect(await instances()).toBe(1);
    sessions = await Promise.all(SENDERS.map((number) => linkSession(stack.blazz, stack.phones, number)));
    await until(async () => (await instances()) === 3, { what: 'three instances: two hold them, and any one may fail' });
    const hosted = await Promise.all(sessions.map(({ id }) => stack.blazz.session(id)));
    expect(new Set(hosted.map(({ instance }) => instance?.id)).size).toBeGreaterThan(1);
    expect((await ecs.describe()).desiredCount).toBe(3);
  }, TEST_MS);

  it('shrinks when sessions are deleted, and those that are left are not lost (I4)', async () => {
    const [kept, ...others] = sessions;
    for (const { id } of others) await stack.blazz.call('DELETE', `/v1/sessions/${id}`);
    await until(async () => (await instances()) === 2, { what: 'two instances: one holds it, and may fail', timeoutMs: 60_000 });
    await stack.blazz.call('DELETE', `/v1/sessions/${kept?.id}`);
    await until(async () => (await instances()) === 1, { what: 'one instance', timeoutMs: 60_000 });
    expect((await ecs.describe()).desiredCount).toBe(1);
    await until(async () => (await stack.operator.instances()).length === 1, { what: 'the others to have left in order' });
  }, TEST_MS);
});
