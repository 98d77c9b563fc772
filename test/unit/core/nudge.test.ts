import { describe, expect, it } from '@jest/globals';
import { coalesce } from '../../../shared/adapters/nudge/coalesce.ts';
import { httpNudge } from '../../../shared/adapters/nudge/http-nudge.ts';
import { preferredType } from '../../../lambdas/http/accept.ts';
import { anInstance } from '../../support/builders/instance.ts';
import { FakeClock } from '../../support/fakes/fake-clock.ts';
import { startServerDouble } from '../../support/server-double.ts';

const readSecret = async () => 'secret';
const SESSION = { id: 'ses_1', instanceId: 'ins_a' };

describe('coalesce', () => {
  it('lets calls that come during another share one that starts after them', async () => {
    const started: number[] = [];
    const releases: (() => void)[] = [];
    const run = coalesce((n: number) => {
      started.push(n);
      return new Promise<void>((resolve) => releases.push(resolve));
    });
    const calls = [run('k', 1), run('k', 2), run('k', 3), run('other', 4)];
    expect(started).toEqual([1, 4]);
    for (const release of releases) release();
    await calls[0];
    await Promise.resolve();
    expect(started).toEqual([1, 4, 2]);
    releases.at(-1)?.();
    await Promise.all(calls);
  });

  it('runs the next one after a failure too', async () => {
    let runs = 0;
    const run = coalesce(async () => {
      if (++runs === 1) throw new Error('first');
    });
    const [first, second] = [run('k'), run('k')];
    await expect(first).rejects.toThrow('first');
    await second;
    expect(runs).toBe(2);
  });
});

describe('httpNudge', () => {
  const directoryOf = (url: string, over = {}) => ({ find: async () => anInstance({ url, ...over }) });

  it('tells the owner, and says whether it took a command', async () => {
    const server = await startServerDouble({ status: 202 });
    const calls = httpNudge({ directory: directoryOf(server.url), readSecret });
    await calls.nudge(SESSION, 'outbox');
    expect(await calls.command(SESSION, { command: 'typing', peer: '+49', isTyping: true })).toBe(true);
    expect(server.received.map(({ path }) => path)).toEqual(['/sessions/ses_1/nudge', expect.stringMatching(/^\/sessions\/ses_1\/commands\?nonce=[\w-]{36}$/)]);
    await server.stop();
  });

  it('signs two commands of one second that say the same differently', async () => {
    const server = await startServerDouble({ status: 200 });
    const calls = httpNudge({ directory: directoryOf(server.url), readSecret, clock: new FakeClock() });
    for (const _ of [1, 2]) await calls.command(SESSION, { command: 'typing', peer: '+49', isTyping: true });
    expect(new Set(server.received.map(({ headers }) => headers['x-hmac-signature'])).size).toBe(2);
    await server.stop();
  });

  it('takes an instance that answers a check in words we do not know for one that does not answer', async () => {
    const server = await startServerDouble({ body: { somethingElse: true } });
    const calls = httpNudge({ directory: directoryOf(server.url), readSecret });
    expect(await calls.checkNumbers(SESSION, ['+4915112345678'])).toBeUndefined();
    await server.stop();
  });

  it.each([
    { what: 'nobody runs the session', session: { ...SESSION, instanceId: null }, over: {} },
    { what: 'its instance is lost', session: SESSION, over: { state: 'lost' } },
    { what: 'its lease is over', session: SESSION, over: { expiresAt: 1 } },
  ] as const)('calls nobody when $what', async ({ session, over }) => {
    const server = await startServerDouble();
    const calls = httpNudge({ directory: directoryOf(server.url, over), readSecret });
    await calls.nudge(session, 'outbox');
    expect(await calls.command(session, { command: 'mark-read', peer: '+49' })).toBe(false);
    expect(server.received).toEqual([]);
    await server.stop();
  });

  it('never rejects, and spares an instance that does not answer for a while', async () => {
    const server = await startServerDouble();
    await server.stop();
    let looks = 0;
    const directory = { find: async () => anInstance({ url: server.url, zone: String(++looks) }) };
    const calls = httpNudge({ directory, readSecret });
    await calls.nudge(SESSION, 'outbox');
    await calls.nudge(SESSION, 'outbox');
    expect(looks).toBe(1);
  });

  it('survives a secret that cannot be read', async () => {
    const calls = httpNudge({ directory: directoryOf('http://127.0.0.1:1'), readSecret: () => Promise.reject(new Error('no')) });
    await expect(calls.nudge(SESSION, 'session')).resolves.toBeUndefined();
  });
});

describe('preferredType', () => {
  const OFFERED = ['application/json', 'image/png', 'image/svg+xml'] as const;
  it.each([
    ['', 'application/json'],
    ['*/*', 'application/json'],
    ['image/*', 'image/png'],
    ['image/svg+xml', 'image/svg+xml'],
    ['image/png;q=0.5, image/svg+xml;q=0.9', 'image/svg+xml'],
    ['image/png;q=0, */*', 'application/json'],
    ['text/html', 'application/json'],
  ])('%j: %s', (accept, type) => {
    expect(preferredType(accept, OFFERED)).toBe(type);
  });
});
