import { afterEach, describe, expect, it } from '@jest/globals';
import { connected, linkSession } from '../../local/client/link-session.ts';
import { until } from '../../local/client/until.ts';
import { Stack } from './stack.ts';

const TEST_MS = 240_000;
const NUMBER = '+4915250000001';

/* efs-snapshot, the default, is what every other test here runs on. */
describe('A number whose instance is killed with SIGKILL', () => {
  let stack: Stack | undefined;
  afterEach(() => stack?.close(), TEST_MS);

  const moved = async ({ blazz }: Stack, id: string, from: string) => {
    await until(async () => {
      const { instance } = await blazz.session(id);
      return instance !== null && instance.id !== from;
    }, { what: 'the takeover', timeoutMs: 90_000 });
    return connected(blazz, id);
  };

  it.each([
    { store: 'local-auth', path: (workspaceId: string, id: string) => `${workspaceId}/session-${id}` },
    { store: 'remote-auth', path: (workspaceId: string, id: string) => `${workspaceId}/${id}/0000000001-00000` },
  ])('connects elsewhere without a QR from $store (I4)', async ({ store, path }) => {
    stack = await Stack.start({ env: { SESSION_STORE: store } });
    const { blazz, phones, local } = stack;
    const { id } = await linkSession(blazz, phones, NUMBER);
    const before = await until(async () => {
      const session = await blazz.session(id);
      return session.storage !== null && session.instance !== null && session;
    }, { what: 'the profile to be stored', timeoutMs: 60_000 });
    expect(before.storage?.path).toContain(path(local.workspaceId, id));
    const { id: owner = '' } = before.instance ?? {};
    const victim = (await stack.host.local()).instances.find((instance) => instance.id === owner);
    if (!victim) throw new Error('No instance runs the session');
    process.kill(victim.pid, 'SIGKILL');

    const after = await moved(stack, id, owner);
    expect(after).toMatchObject({ phoneNumber: NUMBER, migrationCount: 1 });
    expect((await blazz.call('GET', `/v1/sessions/${id}/qr`)).body).toMatchObject({ code: 'no_qr' });
    await blazz.post(`/v1/sessions/${id}/logout`);
    await until(async () => (await blazz.session(id)).status === 'logged_out', { what: 'the logout', timeoutMs: 60_000 });
    expect((await blazz.session(id)).storage).toBeNull();
  }, TEST_MS);
});
