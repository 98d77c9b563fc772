import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventPublisher } from '../../../fleet/events/event-publisher.ts';
import { EventSpool } from '../../../fleet/events/spool/event-spool.ts';
import { until } from '../../../local/client/until.ts';
import { httpSessionEvents } from '../../../shared/adapters/http/http-session-events.ts';
import { sqsSessionEvents } from '../../../shared/adapters/sqs/sqs-session-events.ts';
import type { SessionEvent } from '../../../shared/contracts/session-events.ts';
import type { SessionEventQueue } from '../../../shared/domain/session-events/session-event-queue.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';
import { describeSessionEventQueue } from '../../contract/session-event-queue.contract.ts';
import { silentLog } from '../../support/fakes/silent-log.ts';
import { serveEntry, type IngestServer } from './ingest-server.ts';
import { aBatch, SECRET, startIngestWorld, type IngestWorld } from './ingest-world.ts';

/* What an instance does, as far as the FIFO queue. */

let world: IngestWorld;
let server: IngestServer;
let dir: string;
beforeAll(async () => {
  world = await startIngestWorld();
});
afterAll(() => world.stop());
beforeEach(async () => {
  [server, dir] = await Promise.all([serveEntry(world.handler), mkdtemp(join(tmpdir(), 'events-'))]);
});
afterEach(async () => {
  await server.stop();
  await rm(dir, { recursive: true, force: true });
});

const overHttp = (secret = SECRET): SessionEventQueue => httpSessionEvents({ apiUrl: `${server.url}/`, readSecret: async () => secret });

function queueUnderTest(queue: SessionEventQueue) {
  const sessions = new Map<number, Promise<Session>>();
  return {
    queue,
    async aBatch(session: number, counter: number) {
      const found = sessions.get(session) ?? world.aLinkedSession();
      sessions.set(session, found);
      return aBatch(await found, counter);
    },
    arrived: () => world.queued(),
    stop: async () => undefined,
  };
}

describeSessionEventQueue('sqsSessionEvents', async () => queueUnderTest(sqsSessionEvents(world.queues.client, world.queueUrl)));
describeSessionEventQueue('httpSessionEvents', async () => queueUnderTest(overHttp()));

describe('httpSessionEvents', () => {
  it('says of a batch that will never be taken that it is invalid', async () => {
    const batch = aBatch(await world.aLinkedSession(), 1);
    await expect(overHttp().send({ ...batch, events: [] })).rejects.toMatchObject({ kind: 'invalid', code: 'invalid_request' });
    await expect(overHttp().send({ ...batch, workspaceId: 'wsp_other' })).rejects.toMatchObject({ kind: 'invalid', code: 'session_not_found' });
  });

  it('says when to come again', async () => {
    const session = await world.aLinkedSession();
    const qrs = aBatch(session, 1).events;
    await overHttp().send(aBatch(session, 1, Array.from({ length: 20 }, () => qrs[0]!)));
    await expect(overHttp().send(aBatch(session, 2))).rejects.toMatchObject({ kind: 'unavailable', code: 'too_many_events', retryAfterSeconds: expect.any(Number) });
    await world.queued();
  });

  it('takes a wrong secret and a gateway in between for something that may pass', async () => {
    const batch = aBatch(await world.aLinkedSession(), 1);
    await expect(overHttp('guess').send(batch)).rejects.toMatchObject({ kind: 'unavailable', code: 'unauthorized' });
    server.mood = 'failing';
    await expect(overHttp().send(batch)).rejects.toMatchObject({ kind: 'unavailable', code: 'unknown' });
  });
});

describe('An instance whose control plane is away', () => {
  const openSpool = (instanceId: string) =>
    EventSpool.open({ dir, instanceId, queue: overHttp(), maxBytes: 1e8, retry: { firstMs: 20, longestMs: 200 }, leftAfterMs: 20_000, log: silentLog });
  const received = (n: number): SessionEvent => ({ type: 'message.ack', at: '2026-03-01T10:00:00.000Z', messageId: `msg_${n}`, ack: 'read' });
  const ids = (events: readonly SessionEvent[]) => events.map((event) => ('messageId' in event ? event.messageId : event.type));

  it('stops in time and loses nothing: the next process brings all of it, once and in order (I1)', async () => {
    const session = await world.aLinkedSession();
    const reporter = { workspaceId: session.workspaceId, sessionId: session.id, fencingToken: 1 };
    const first = await openSpool('ins_a');
    const publisher = new EventPublisher({ queue: first, instanceId: 'ins_a', isLeaseHeld: () => true, collectMs: 0, log: silentLog });
    const reports = publisher.of(reporter);
    const report = async (from: number, to: number) => {
      for (let n = from; n <= to; n++) {
        reports.report(received(n));
        await publisher.flush(); // resolves while the other side is down, too
      }
    };
    await report(1, 10);
    server.mood = 'failing';
    await report(11, 40);
    await server.stop(); // nobody listens any more
    await report(41, 60);
    await first.stop(0);
    server = await serveEntry(world.handler);
    const second = await openSpool('ins_b');
    await until(async () => second.waiting === 0, { what: 'all to be sent' });
    await second.stop();
    const batches = await world.queued();
    expect(batches.flatMap(({ events }) => ids(events))).toEqual(Array.from({ length: 60 }, (_, i) => `msg_${i + 1}`));
    expect(new Set(batches.map(({ sequence }) => sequence)).size).toBe(batches.length);
  });

  it('sends again what was taken without its hearing of it, and the queue keeps one (I2)', async () => {
    const batch = aBatch(await world.aLinkedSession(), 1);
    server.mood = 'lost';
    const spool = await openSpool('ins_a');
    await spool.send(batch);
    await until(async () => server.calls() >= 2, { what: 'a second try', everyMs: 5 });
    server.mood = 'well';
    await until(async () => spool.waiting === 0, { what: 'it to be taken' }); // a try within the same second is a replay, and refused
    await spool.stop();
    expect(await world.queued()).toEqual([batch]);
  });
});
