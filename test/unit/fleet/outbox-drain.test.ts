import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ClaimQueue } from '../../../fleet/sessions/claim-queue.ts';
import { InFlight } from '../../../fleet/sessions/in-flight.ts';
import { InDoubt, recoverReceipts, type InDoubtOptions } from '../../../fleet/sessions/in-doubt.ts';
import { MessageSender } from '../../../fleet/sessions/message-sender.ts';
import { OutboxDrain } from '../../../fleet/sessions/outbox-drain.ts';
import { Receipts } from '../../../fleet/sessions/receipts.ts';
import { fleetMetrics } from '../../../fleet/observability/fleet-metrics.ts';
import type { SessionEvent } from '../../../shared/contracts/session-events.ts';
import type { OutboundMessage } from '../../../shared/domain/outbox/outbound-message.ts';
import type { Outbox } from '../../../shared/domain/outbox/outbox.ts';
import { wireIdOf } from '../../../shared/identity/message-identity.ts';
import { until } from '../../../local/client/until.ts';
import { anOutboundMessage, WORKSPACE } from '../../support/builders/outbound-message.ts';
import { anId } from '../../support/builders/session.ts';
import { aRateLimiter } from '../../support/fakes/a-rate-limiter.ts';
import { FakeWhatsAppClient } from '../../support/fakes/fake-whatsapp-client.ts';
import { memoryMessageTable, type MemoryMessageTable } from '../../support/fakes/memory-message-table.ts';
import { memoryOutbox } from '../../support/fakes/memory-outbox.ts';
import { silentLog } from '../../support/fakes/silent-log.ts';

const TOKEN = 4;
const PATIENCE_MS = 60_000;
const NO_DOUBT = { toSend: [], askAgainMs: undefined };

describe('OutboxDrain', () => {
  let sessionId: string;
  let table: MemoryMessageTable;
  let outbox: Outbox;
  let client: FakeWhatsAppClient;
  let events: SessionEvent[];
  let isHeld: boolean;
  let fenced: number;
  let suspicions: number;
  let patience: { forMs: number; everyMs: number };
  let options: InDoubtOptions;
  let drain: OutboxDrain;

  const wireId = ({ id }: OutboundMessage) => wireIdOf(id, sessionId);
  const sentIds = () => events.flatMap((event) => (event.type === 'message.sent' ? [event.messageId] : []));
  const queue = async (count: number, over: Partial<OutboundMessage> = {}) => {
    const messages = Array.from({ length: count }, () => anOutboundMessage({ sessionId, ...over }));
    await outbox.insertMany(messages);
    return messages;
  };
  /** As an owner leaves them that died after the claim. */
  const leftBehind = async (count: number, over: Partial<OutboundMessage> = {}) => {
    const messages = await queue(count, over);
    table.fencingTokens.set(sessionId, TOKEN - 1);
    await outbox.claim({ sessionId, fencingToken: TOKEN - 1, messages });
    table.fencingTokens.set(sessionId, TOKEN);
    return messages;
  };

  beforeEach(() => {
    sessionId = anId('ses');
    table = memoryMessageTable();
    table.fencingTokens.set(sessionId, TOKEN);
    outbox = memoryOutbox(table);
    client = new FakeWhatsAppClient();
    events = [];
    isHeld = true;
    fenced = 0;
    suspicions = 0;
    patience = { forMs: PATIENCE_MS, everyMs: 1 };
    const metrics = fleetMetrics();
    const report = (...reported: readonly SessionEvent[]) => void events.push(...reported);
    const inFlight = new InFlight();
    const limiter = aRateLimiter(sessionId);
    const receipts = new Receipts({ workspaceId: WORKSPACE, sessionId, inFlight, limiter, report, metrics, onReceived: () => undefined });
    client.onAcks = (acks) => receipts.onAcks(acks);
    const lease = { isHeld: () => isHeld, heldForMs: () => 10_000 };
    const messages = { getMany: async () => new Map() };
    const profile = () => 'unlimited' as const;
    options = { sessionId, fencingToken: TOKEN, client, outbox, receipts, inFlight, log: silentLog };
    drain = new OutboxDrain({
      sessionId, profile, limiter, client, outbox, inFlight, metrics, log: silentLog,
      queue: new ClaimQueue({ sessionId, fencingToken: TOKEN, outbox, limiter, profile, metrics }),
      sender: new MessageSender({ workspaceId: WORKSPACE, sessionId, client, lease, messages, inFlight, receipts, report }),
      inDoubt: new InDoubt(options, patience),
      onFenced: () => { fenced += 1; },
      onOverdue: () => { suspicions += 1; },
      onStalled: () => undefined,
    });
  });
  afterEach(() => drain.stop());

  const sends = (count: number) => until(async () => client.handedOver.length >= count, { what: `${count} messages`, timeoutMs: 5_000, everyMs: 5 });

  it('sends what is due once each, under wire ids that follow from the message ids', async () => {
    const messages = await queue(120);
    drain.start();
    await sends(120);
    expect(client.handedOver.map((sent) => sent.wireId).toSorted()).toEqual(messages.map(wireId).toSorted());
    expect(sentIds().toSorted()).toEqual(messages.map(({ id }) => id).toSorted());
  });

  it('does nothing twice that it did itself, however long the table takes to hear of it', async () => {
    await queue(1, { content: { type: 'reaction', reaction: { messageId: 'msg_x', emoji: '👍' } } });
    drain.start();
    await sends(1);
    expect((await outbox.listInDoubt(sessionId)).map(({ status }) => status)).toEqual(['sending']);
    expect(await new InDoubt(options).resolve(false)).toEqual(NO_DOUBT);
    expect(sentIds()).toHaveLength(1);
  });

  it('looks at once when it is woken', async () => {
    drain.start();
    const [message] = await queue(1, { priority: 'critical' });
    drain.wake();
    await sends(1);
    expect(client.handedOver[0]?.wireId).toBe(message && wireId(message));
  });

  it('reports what WhatsApp refuses, and sends the others', async () => {
    const [bad, good] = await queue(2);
    const failure = { code: 'not_on_whatsapp', detail: 'no' };
    client.outcomeOf = (sent) => (bad && sent.wireId === wireId(bad) ? { outcome: 'failed', failure } : { outcome: 'accepted' });
    drain.start();
    await until(async () => events.length >= 3, { what: 'the events', timeoutMs: 5_000, everyMs: 5 });
    expect(events).toContainEqual(expect.objectContaining({ type: 'message.failed', messageId: bad?.id, failure }));
    expect(sentIds()).toEqual([good?.id]);
  });

  it('stops at the first sign of another owner', async () => {
    await queue(3);
    table.fencingTokens.set(sessionId, TOKEN + 1);
    drain.start();
    await until(async () => fenced > 0, { what: 'the fence', timeoutMs: 5_000, everyMs: 5 });
    expect(client.handedOver).toEqual([]);
  });

  it('hands nothing to the page without a lease', async () => {
    await queue(3);
    isHeld = false;
    drain.start();
    await until(async () => (await outbox.listInDoubt(sessionId)).length === 3, { what: 'the claim', timeoutMs: 5_000, everyMs: 5 });
    await drain.stop();
    expect(client.handedOver).toEqual([]);
  });

  describe('with messages an owner before left in doubt', () => {
    it('reports those the page knows, and those only the phone knows, without sending either', async () => {
      const [inPage, onPhone] = await leftBehind(2);
      client.known.set(inPage ? wireId(inPage) : '', 1);
      client.phoneKnows.set(onPhone ? wireId(onPhone) : '', 3);
      drain.start();
      await until(async () => sentIds().length === 2, { what: 'both reported', timeoutMs: 5_000, everyMs: 5 });
      expect(client.handedOver).toEqual([]);
      expect(client.histories).toEqual([onPhone?.peer]);
      expect(events).toContainEqual(expect.objectContaining({ type: 'message.ack', messageId: onPhone?.id, ack: 'read' }));
    });

    it('does again at once what was to be done to messages: nobody can be asked, and twice is as good as once', async () => {
      const [action] = await leftBehind(1, { content: { type: 'edit', text: 'Better', edit: { messageId: 'msg_x' } } });
      client.isPhoneOn = false;
      drain.start();
      await until(async () => sentIds().length === 1, { what: 'the report', timeoutMs: 5_000, everyMs: 5 });
      expect(client.handedOver).toMatchObject([{ wireId: action && wireId(action), content: { type: 'edit' } }]);
      expect(client.histories).toEqual([]);
    });

    it('keeps an action back while the message it is about is in doubt, and lets it follow that', async () => {
      const [message] = await leftBehind(1);
      const [action] = await leftBehind(1, { content: { type: 'delete', delete: { messageId: message?.id ?? '' } } });
      client.isPhoneOn = false;
      drain.start();
      await until(async () => client.histories.length >= 2, { what: 'the second question', timeoutMs: 5_000, everyMs: 5 });
      expect(client.handedOver).toEqual([]);
      client.isPhoneOn = true;
      await sends(2);
      expect(client.handedOver.map((sent) => sent.wireId)).toEqual([message, action].map((each) => each && wireId(each)));
    });

    it('sends the others again under the same wire ids, as their new owner, before anything new', async () => {
      const doubtful = await leftBehind(2);
      const fresh = await queue(1, { priority: 'critical' });
      drain.start();
      await sends(3);
      expect(client.handedOver.map((sent) => sent.wireId)).toEqual([...doubtful, ...fresh].map(wireId));
      expect(doubtful.map(({ id }) => table.rows.get(id)?.claimToken)).toEqual([TOKEN, TOKEN]);
    });

    it('asks a phone that does not answer again, and reports what it has in the end (I2)', async () => {
      const [message] = await leftBehind(1);
      client.phoneKnows.set(message ? wireId(message) : '', 2);
      client.isPhoneOn = false;
      drain.start();
      await until(async () => client.histories.length >= 2, { what: 'the second question', timeoutMs: 5_000, everyMs: 5 });
      expect(suspicions).toBeGreaterThan(0);
      client.isPhoneOn = true;
      await until(async () => sentIds().length === 1, { what: 'the report', timeoutMs: 5_000, everyMs: 5 });
      expect(client.handedOver).toEqual([]);
    });

    it('sends them after all when the phone stays silent for too long, and nothing new before (I1)', async () => {
      const doubtful = await leftBehind(1);
      const fresh = await queue(1);
      client.isPhoneOn = false;
      drain.start();
      await until(async () => client.histories.length >= 2, { what: 'the second question', timeoutMs: 5_000, everyMs: 5 });
      expect(client.handedOver).toEqual([]);
      patience.forMs = 0;
      await sends(2);
      expect(client.handedOver.map((sent) => sent.wireId)).toEqual([...doubtful, ...fresh].map(wireId));
    });

    it('has patience anew with another page', async () => {
      const [message] = await leftBehind(1);
      client.isPhoneOn = false;
      const clock = jest.spyOn(performance, 'now').mockReturnValue(0);
      try {
        const inDoubt = new InDoubt(options, { forMs: 1_000, everyMs: 7 });
        await inDoubt.resolve(true);
        clock.mockReturnValue(1_000);
        expect(await inDoubt.resolve(true)).toEqual({ toSend: [], askAgainMs: 7 });
        clock.mockReturnValue(2_000);
        expect(await inDoubt.resolve(false)).toMatchObject({ toSend: [{ id: message?.id }], askAgainMs: undefined });
      } finally {
        clock.mockRestore();
      }
    });

    it('does not send again what it handed over itself and waits for', async () => {
      client.answer = undefined;
      await queue(1);
      drain.start();
      await sends(1);
      await drain.stop();
      expect(await new InDoubt(options).resolve(false)).toEqual(NO_DOUBT);
    });

    it('waits for a message that the same page still holds, after an answer was lost', async () => {
      const [message] = await leftBehind(1);
      client.known.set(message ? wireId(message) : '', 0);
      expect(await new InDoubt(options).resolve(false)).toEqual(NO_DOUBT);
      expect(options.inFlight.unsent).toBe(1);
    });
  });

  it('asks the phone for receipts that were lost with the owner before', async () => {
    const [message] = await leftBehind(1);
    if (!message) throw new Error('no message');
    table.rows.set(message.id, { ...table.rows.get(message.id)!, status: 'sent' });
    client.phoneKnows.set(wireId(message), 3);
    await recoverReceipts(options);
    expect(events).toContainEqual(expect.objectContaining({ type: 'message.ack', messageId: message.id, ack: 'read' }));
  });
});
