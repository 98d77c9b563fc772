import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { MessageView } from '../../shared/contracts/api/messages.ts';
import type { SessionView } from '../../shared/contracts/api/sessions.ts';
import { linkSession } from '../../local/client/link-session.ts';
import { until } from '../../local/client/until.ts';
import { Stack } from './stack.ts';
import { WebhookReceiver } from './webhook-receiver.ts';

const TEST_MS = 180_000;
const OWN = '+4915250000001';
const CUSTOMER = '+4915350000001';
/** More than one look at the page brings. */
const MANY = 520;
const WRITE_AT_ONCE = 40;

interface Stats {
  readonly sessions: readonly { readonly id: string; readonly processGroup?: number }[];
}

describe('A session on demand, in a real browser', () => {
  let stack: Stack;
  let receiver: WebhookReceiver;
  let id: string;

  beforeAll(async () => {
    receiver = await WebhookReceiver.start();
    const env = { HIBERNATE_AFTER_SECONDS: '3', HIBERNATION_LOOK_SECONDS: '2', LEASE_TTL_SECONDS: '10', BLAZZ_WEBHOOK_ALLOW_LOOPBACK: 'true' };
    stack = await Stack.start({ env });
    receiver.secret = (await stack.blazz.post<{ secret: string }>('/v1/webhooks', { url: receiver.url, events: ['*'] })).secret;
    await stack.phones.register(CUSTOMER);
    ({ id } = await linkSession(stack.blazz, stack.phones, OWN, { pacing: { profile: 'unlimited' }, onDemand: {} }));
  }, TEST_MS);

  afterAll(async () => {
    await stack?.close();
    await receiver?.close();
  }, TEST_MS);

  const whenAsleep = (): Promise<SessionView> =>
    until(async () => {
      const session = await stack.blazz.session(id);
      return session.status === 'hibernating' && session;
    }, { what: 'the session to hibernate', timeoutMs: 90_000 });
  /** What its instance says of it. */
  const onInstance = async () => {
    const { instance } = await stack.blazz.session(id);
    const stats = instance && ((await (await fetch(`${instance.url}/sessions/stats`)).json()) as Stats);
    return stats?.sessions.find((session) => session.id === id);
  };
  const receivedTexts = () => receiver.ofType('message.received').map(({ data }) => String(data['text']));
  const queue = (text: string) => stack.blazz.post<MessageView>('/v1/messages', { sessionId: id, to: CUSTOMER, type: 'text', text });
  const whenSent = (message: MessageView) =>
    until(async () => ['sent', 'delivered', 'read'].includes((await stack.blazz.get<MessageView>(`/v1/messages/${message.id}`)).status), {
      what: `"${message.text}" to be sent`, timeoutMs: 90_000,
    });
  const writeAll = async (lines: readonly string[]) => {
    for (let next = 0; next < lines.length; next += WRITE_AT_ONCE) {
      await Promise.all(lines.slice(next, next + WRITE_AT_ONCE).map((line) => stack.phones.write(CUSTOMER, OWN, line)));
    }
  };
  const linesOf = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name} ${i + 1}`);
  /** Each exactly once, however often it was looked for. */
  const whenReceived = async (lines: readonly string[]) => {
    const arrived = () => receivedTexts().filter((text) => lines.includes(text));
    await until(async () => new Set(arrived()).size === lines.length, { what: `${lines.length} messages at the webhook`, timeoutMs: 90_000 });
    expect(arrived()).toHaveLength(lines.length);
  };

  it('closes its browser when idle and keeps its place and its link', async () => {
    const session = await whenAsleep();
    expect(session).toMatchObject({ desired: 'running', instance: { id: expect.any(String) }, onDemand: { idleMinutes: 15, wakeEveryMinutes: 10_080 } });
    expect(Date.parse(session.wakeAt ?? '') - Date.parse(session.hibernatingSince ?? '')).toBe(7 * 24 * 3_600_000);
    expect(await onInstance()).not.toHaveProperty('processGroup');
    expect(await stack.phones.linkedDevices(OWN)).toMatchObject([{ connected: false }]);
  }, TEST_MS);

  it('wakes to send, tells what came meanwhile once each, and sleeps again (I1, I2)', async () => {
    const waiting = linesOf('Meanwhile', 3);
    await writeAll(waiting);
    const message = await queue('Good morning');
    await whenSent(message);
    await whenReceived(waiting);
    await whenAsleep();
    const arrived = (await stack.phones.received(CUSTOMER)).filter(({ text }) => text === 'Good morning');
    expect(arrived).toMatchObject([{ copies: 1 }]);
  }, TEST_MS);

  it('sends a message for later when its time has come, without a nudge', async () => {
    const sendAt = new Date(Date.now() + 3_000).toISOString();
    const later = await stack.blazz.post<MessageView>('/v1/messages', { sessionId: id, to: CUSTOMER, type: 'text', text: 'As agreed', sendAt });
    await whenSent(later);
    await whenAsleep();
  }, TEST_MS);

  it('wakes on request, and finds more than it looks back for at first', async () => {
    const waiting = linesOf('Rush', MANY);
    await writeAll(waiting);
    await stack.blazz.post(`/v1/sessions/${id}/start`);
    await whenReceived(waiting);
    await whenAsleep();
  }, TEST_MS);

  it('sleeps on when its instance is killed, and wakes elsewhere without a QR (I4)', async () => {
    const codes = receiver.ofType('session.qr').length;
    const { instance: before } = await stack.blazz.session(id);
    const victim = (await stack.host.local()).instances.find((instance) => instance.id === before?.id);
    if (!victim) throw new Error('No instance has the session');
    process.kill(victim.pid, 'SIGKILL');
    const moved = await until(async () => {
      const session = await stack.blazz.session(id);
      return session.instance !== null && session.instance.id !== victim.id && session;
    }, { what: 'the session to move', timeoutMs: 90_000 });
    expect(moved).toMatchObject({ status: 'hibernating', previousInstanceId: victim.id });
    const waiting = linesOf('Anybody there', 2);
    await writeAll(waiting);
    await whenSent(await queue('Here we are'));
    await whenReceived(waiting);
    await whenAsleep();
    expect(receiver.ofType('session.qr')).toHaveLength(codes);
    expect(await stack.phones.linkedDevices(OWN)).toHaveLength(1);
  }, TEST_MS);
});
