import { describe, expect, it } from '@jest/globals';
import { kindOf, type PushJob } from '../../../shared/contracts/realtime.ts';
import { PublicEventType } from '../../../shared/contracts/public-event.ts';
import { maySee } from '../../../shared/domain/realtime/may-see.ts';
import { makePushEvents } from '../../../shared/domain/realtime/push-events.ts';
import { publishTo } from '../../../shared/domain/realtime/publish-to.ts';
import { Scope } from '../../../shared/contracts/api/common.ts';
import { WORKSPACE } from '../../support/builders/outbound-message.ts';
import { anEvent } from '../../support/builders/webhook.ts';
import { FakeClock } from '../../support/fakes/fake-clock.ts';
import { memoryRealtime } from '../../support/fakes/memory-realtime.ts';

async function publisher(isListening = true) {
  const { listening } = memoryRealtime();
  const clock = new FakeClock();
  if (isListening) await listening.note(WORKSPACE, clock.now(), clock.now() + 1_000);
  const queued: { job: PushJob; group: string }[] = [];
  const push = makePushEvents({ listening, clock, enqueue: async (job, group) => void queued.push({ job, group }) });
  return { push, queued };
}

describe('publishing to sockets', () => {
  it('puts nothing on the queue while nobody listens in the workspace', async () => {
    const { push, queued } = await publisher(false);
    await push(WORKSPACE, [anEvent()]);
    expect(queued).toEqual([]);
  });

  it('keeps the events of a session together and in order, apart from those of another', async () => {
    const { push, queued } = await publisher();
    const events = [anEvent({ sessionId: 'a' }), anEvent({ sessionId: 'b' }), anEvent({ sessionId: 'a' }), anEvent()];
    await push(WORKSPACE, events);
    expect(queued.map(({ group, job }) => [group, job.events.map(({ id }) => id)])).toEqual([
      ['a', [events[0]?.id, events[2]?.id]], ['b', [events[1]?.id]], [WORKSPACE, [events[3]?.id]],
    ]);
  });

  it('gives the same events the same job id, and other events another', async () => {
    const { push, queued } = await publisher();
    const [one, two] = [anEvent(), anEvent()];
    await push(WORKSPACE, [one, two]);
    await push(WORKSPACE, [one, two]);
    await push(WORKSPACE, [two]);
    const [first, again, other] = queued.map(({ job }) => job.id);
    expect(again).toBe(first);
    expect(other).not.toBe(first);
    expect(first).toMatch(/^[\w.]{1,128}$/); // what SQS takes for a deduplication id
  });

  it('cuts large batches, in order by time, and leaves out contents no socket can carry', async () => {
    const { push, queued } = await publisher();
    const large = anEvent({ data: { id: 'msg_1', status: 'sent', text: '漢'.repeat(65_536) } });
    const many = Array.from({ length: 50 }, () => anEvent({ data: { text: 'x'.repeat(2_000) } }));
    await push(WORKSPACE, [large, ...many]);
    const sent = queued.flatMap(({ job }) => job.events);
    expect(sent.map(({ id }) => id)).toEqual([large, ...many].map(({ id }) => id));
    expect(sent[0]?.data).toEqual({ id: 'msg_1', status: 'sent', isTruncated: true });
    expect(queued.length).toBeGreaterThan(1);
    for (const { job } of queued) expect(Buffer.byteLength(JSON.stringify(job))).toBeLessThan(128 * 1024);
    const times = queued.map(({ job }) => job.at);
    expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
  });
});

describe('publishing to several', () => {
  it('reaches the others when one fails, and fails then', async () => {
    const reached: string[] = [];
    const failing = async () => Promise.reject(new Error('down'));
    const publish = publishTo(failing, async (workspaceId) => void reached.push(workspaceId));
    await expect(publish(WORKSPACE, [anEvent()])).rejects.toThrow('down');
    expect(reached).toEqual([WORKSPACE]);
  });
});

describe('event types', () => {
  it('carry the ten kinds of real time', () => {
    const kinds = new Set(PublicEventType.options.map(kindOf));
    const ten = [
      'chat.new', 'message.delivered', 'message.read', 'message.status', 'typing', 'qr.generated', 'session.status', 'campaign.stats',
      'contact.presence', 'payment.new',
    ] as const;
    expect(ten.filter((kind) => !kinds.has(kind))).toEqual([]);
  });

  it.each(PublicEventType.options)('%s is seen with some scope, and not without any', (type) => {
    expect(maySee(Scope.options, { type })).toBe(true);
    expect(maySee([], { type })).toBe(false);
  });
});
