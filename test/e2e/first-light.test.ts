import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RecipientView } from '../../shared/contracts/api/campaigns.ts';
import type { ChatView, MessageView } from '../../shared/contracts/api/messages.ts';
import type { SessionView } from '../../shared/contracts/api/sessions.ts';
import { linkSession } from '../../local/client/link-session.ts';
import { until } from '../../local/client/until.ts';
import { hasPromtool, promtool } from '../support/promtool.ts';
import { createCampaign, phonesWithoutOneCopy, sumOf, whenAtRest } from './campaign-story.ts';
import { Stack } from './stack.ts';
import { WebhookReceiver } from './webhook-receiver.ts';

const TEST_MS = 180_000;
const RECIPIENTS = 300;
const ABSENT = '+4915399999999'; // registered nowhere

describe('The whole story, through HTTP alone', () => {
  let stack: Stack;
  let receiver: WebhookReceiver;
  let sessions: readonly SessionView[];

  beforeAll(async () => {
    stack = await Stack.start({ env: { BLAZZ_WEBHOOK_ALLOW_LOOPBACK: 'true' } });
    receiver = await WebhookReceiver.start();
    const { secret } = await stack.blazz.post<{ secret: string }>('/v1/webhooks', {
      url: receiver.url,
      events: ['message.received', 'campaign.status'],
    });
    receiver.secret = secret;
    const pacing = { profile: 'unlimited' };
    sessions = await Promise.all(
      ['+4915200000001', '+4915200000002'].map((number) => linkSession(stack.blazz, stack.phones, number, { pacing })),
    );
  }, TEST_MS);

  afterAll(async () => {
    await stack?.close();
    await receiver?.close();
  }, TEST_MS);

  it('links two numbers by QR, one of them the primary', async () => {
    expect(sessions.map((session) => session.phoneNumber)).toEqual(['+4915200000001', '+4915200000002']);
    const page = await stack.blazz.get<{ data: SessionView[] }>('/v1/sessions?status=connected');
    expect(page.data).toHaveLength(2);
    expect(page.data.filter((session) => session.isPrimary)).toHaveLength(1);
  });

  it(
    'sends a campaign to 300, one of them offline and one not on WhatsApp, and counts exactly (I1, I2, I5)',
    async () => {
      const numbers = await stack.phones.registerMany('+491531', RECIPIENTS - 1);
      const [offline = ''] = numbers;
      await stack.phones.set(offline, { online: false });
      const id = await createCampaign(stack, sessions.map(({ id }) => id), [...numbers, ABSENT], 'Hi {{name|you}}');

      await stack.blazz.post(`/v1/campaigns/${id}/start`);
      const campaign = await whenAtRest(stack, id, ({ read }) => read === RECIPIENTS - 2);

      expect(campaign.stats).toEqual({
        total: RECIPIENTS, queued: 0, sending: 0, sent: 1, delivered: 0, read: RECIPIENTS - 2, failed: 1, skipped: 0,
      });
      expect(sumOf(campaign.stats)).toBe(RECIPIENTS);
      const reachable = numbers.filter((number) => number !== offline);
      expect(await phonesWithoutOneCopy(stack, reachable)).toEqual([]);
      const [failed] = await stack.blazz.all<RecipientView>(`/v1/campaigns/${id}/recipients?status=failed`);
      expect(failed).toMatchObject({ to: ABSENT, status: 'failed', failure: { code: 'not_on_whatsapp' } });

      await stack.phones.set(offline, { online: true });
      await whenAtRest(stack, id, ({ read }) => read === RECIPIENTS - 1);
      expect(await phonesWithoutOneCopy(stack, [offline])).toEqual([]);
    },
    TEST_MS,
  );

  it('takes a reply in, shows it in its chat, and delivers it to the webhook once, signed (I7)', async () => {
    const [session] = sessions;
    const customer = '+4915320000000';
    await stack.phones.register(customer, 'Carla');
    await stack.phones.write(customer, session?.phoneNumber ?? '', 'Is this still available?');

    const isReply = (event: { data: Record<string, unknown> }) => event.data['text'] === 'Is this still available?';
    const event = await until(async () => receiver.ofType('message.received').find(isReply), { what: 'the webhook' });
    expect(event).toMatchObject({ sessionId: session?.id, data: { from: customer } });
    expect(receiver.forged).toBe(0);

    const chats = await stack.blazz.get<{ data: ChatView[] }>('/v1/chats');
    const chat = chats.data.find(({ peer }) => peer === customer);
    expect(chat).toMatchObject({ sessionId: session?.id, unreadCount: 1 });

    const answer = await stack.blazz.post<MessageView>(`/v1/chats/${chat?.id}/messages`, { type: 'text', text: 'Yes!' });
    const sent = await until(
      async () => {
        const message = await stack.blazz.get<MessageView>(`/v1/messages/${answer.id}`);
        return message.status === 'read' && message;
      },
      { what: 'the answer to be read' },
    );
    expect(sent).toMatchObject({ sessionId: session?.id, to: customer, direction: 'outbound', failure: null });
    const history = await stack.blazz.get<{ data: MessageView[] }>(`/v1/chats/${chat?.id}/messages`);
    expect(history.data.map(({ text }) => text)).toEqual(['Yes!', 'Is this still available?']);
    const [received] = await stack.phones.received(customer);
    expect(received).toMatchObject({ text: 'Yes!', wireId: sent.wireId, copies: 1 });
  }, TEST_MS);

  it('shows in /metrics of its instances what was done, in words promtool accepts', async () => {
    const { instances } = await stack.host.local();
    const texts = await Promise.all(instances.map(async ({ url }) => (await fetch(`${url}/metrics`)).text()));
    const valueIn = (text: string, series: string) => Number(text.split('\n').find((line) => line.startsWith(`${series} `))?.split(' ')[1] ?? 0);
    const total = (series: string) => texts.reduce((sum, text) => sum + valueIn(text, series), 0);
    expect(total('blazz_sessions{status="connected"}')).toBe(2);
    expect(total('blazz_instance_state{state="ready"}')).toBe(2);
    expect(total('blazz_messages_sent_total')).toBeGreaterThanOrEqual(RECIPIENTS - 1);
    expect(total('blazz_outbox_claim_seconds_count')).toBeGreaterThan(0);
    for (const text of hasPromtool ? texts : []) expect(promtool(['check', 'metrics'], text)).toBeUndefined();
  });

  it('keeps one workspace out of another (I6)', async () => {
    const [session] = sessions;
    for (const path of [`/v1/sessions/${session?.id}`, `/v1/sessions/${session?.id}/status`]) {
      const { status, body } = await stack.stranger.call('GET', path);
      expect([path, status]).toEqual([path, 404]);
      expect(body).toMatchObject({ code: 'session_not_found' });
    }
    expect(await stack.stranger.get('/v1/sessions')).toEqual({ data: [], nextCursor: null });
  });
});
