import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { InstanceServer, type InstanceRoutes } from '../../../fleet/nudges/instance-server.ts';
import { RequestVerifier } from '../../../fleet/nudges/request-signature.ts';
import { signRequest } from '../../../shared/adapters/nudge/sign-request.ts';
import { systemClock } from '../../../shared/domain/clock.ts';
import { anId } from '../../support/builders/session.ts';

const SECRET = 'a secret';

describe('the HTTP of an instance', () => {
  let server: InstanceServer;
  let calls: unknown[];
  let isHealthy: boolean;
  const sessionId = anId('ses');

  const routes: InstanceRoutes = {
    onNudge: (id, about) => void calls.push([id, about]),
    onCommand: async (id, command) => {
      calls.push([id, command]);
      return id === sessionId;
    },
    onCheck: async (id, numbers) => (id === sessionId ? numbers.map((number) => number.endsWith('1')) : undefined),
    health: () => ({ isHealthy, id: 'ins_a' }),
    stats: () => ({ sessions: [] }),
    metrics: async () => 'blazz_sessions 1\n',
  };
  const url = (path: string) => `http://127.0.0.1:${server.port}${path}`;
  const post = async (path: string, body: unknown, secret = SECRET): Promise<number> => {
    const text = JSON.stringify(body);
    const headers = { 'content-type': 'application/json', ...signRequest(secret, 'POST', path, text, Date.now()) };
    return (await fetch(url(path), { method: 'POST', headers, body: text })).status;
  };

  beforeEach(async () => {
    [calls, isHealthy] = [[], true];
    server = new InstanceServer({ host: '127.0.0.1', port: 0, verifier: new RequestVerifier(SECRET, systemClock) });
    await server.start();
    server.serve(routes);
  });
  afterEach(() => server.stop());

  it('passes numbers on to be asked about, and the answers back', async () => {
    const check = async (id: string, numbers: readonly string[]) => {
      const [path, body] = [`/sessions/${id}/checks`, JSON.stringify({ numbers })];
      const headers = { 'content-type': 'application/json', ...signRequest(SECRET, 'POST', path, body, Date.now()) };
      const response = await fetch(url(path), { method: 'POST', headers, body });
      return { status: response.status, body: await response.json() };
    };
    expect(await check(sessionId, ['+4915100000001', '+4915100000002'])).toEqual({ status: 200, body: { onWhatsApp: [true, false] } });
    expect(await check(anId('ses'), ['+4915100000001'])).toMatchObject({ status: 409, body: { code: 'not_connected' } });
    expect((await check(sessionId, ['x'])).status).toBe(400);
    expect(await post(`/sessions/${sessionId}/checks`, { numbers: ['+4915100000001'] }, 'another secret')).toBe(401);
  });

  it('takes signed nudges, the same one twice too', async () => {
    expect(await post(`/sessions/${sessionId}/nudge`, { about: 'outbox' })).toBe(202);
    expect(await post(`/sessions/${sessionId}/nudge`, { about: 'outbox' })).toBe(202);
    expect(calls).toEqual([[sessionId, 'outbox'], [sessionId, 'outbox']]);
  });

  it('takes two commands of one second that say the same, and neither of them again', async () => {
    const body = JSON.stringify({ command: 'typing', peer: '+4915112345678', isTyping: true });
    const now = Date.now();
    const send = async (nonce: number): Promise<number> => {
      const path = `/sessions/${sessionId}/commands?nonce=${nonce}`;
      const headers = { 'content-type': 'application/json', ...signRequest(SECRET, 'POST', path, body, now) };
      return (await fetch(url(path), { method: 'POST', headers, body })).status;
    };
    expect([await send(1), await send(2), await send(1), await send(2)]).toEqual([200, 200, 401, 401]);
    expect(calls).toHaveLength(2);
  });

  it('takes a signed command once', async () => {
    const command = { command: 'mark-read', peer: '+4915112345678' };
    expect(await post(`/sessions/${sessionId}/commands`, command)).toBe(200);
    expect(await post(`/sessions/${anId('ses')}/commands`, command)).toBe(409);
    expect(calls).toHaveLength(2);
  });

  it.each([
    { what: 'another secret', send: () => post(`/sessions/${sessionId}/nudge`, { about: 'outbox' }, 'guess'), status: 401 },
    { what: 'an unknown subject', send: () => post(`/sessions/${sessionId}/nudge`, { about: 'everything' }), status: 400 },
    { what: 'an unknown command', send: () => post(`/sessions/${sessionId}/commands`, { command: 'format' }), status: 400 },
    { what: 'an id that is none', send: () => post('/sessions/..%2f..%2fetc/nudge', { about: 'outbox' }), status: 404 },
    { what: 'no signature', send: async () => (await fetch(url(`/sessions/${sessionId}/nudge`), { method: 'POST', body: '{}' })).status, status: 401 },
  ])('refuses $what', async ({ send, status }) => {
    expect(await send()).toBe(status);
    expect(calls).toEqual([]);
  });

  it('tells anybody how it is', async () => {
    expect(await (await fetch(url('/health'))).json()).toEqual({ status: 'ok', id: 'ins_a' });
    isHealthy = false;
    expect((await fetch(url('/health'))).status).toBe(503);
    expect(await (await fetch(url('/metrics'))).text()).toContain('blazz_sessions');
    expect(await (await fetch(url('/sessions/stats'))).json()).toEqual({ sessions: [] });
  });

  it('says that it is starting until there is something to serve', async () => {
    const starting = new InstanceServer({ host: '127.0.0.1', port: 0, verifier: new RequestVerifier(SECRET, systemClock) });
    await starting.start();
    expect((await fetch(`http://127.0.0.1:${starting.port}/health`)).status).toBe(503);
    await starting.stop();
  });
});
