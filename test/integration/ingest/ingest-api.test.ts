import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dynamoEventLimits } from '../../../shared/adapters/dynamodb/dynamo-event-limits.ts';
import { dynamoSeenSignatures } from '../../../shared/adapters/dynamodb/dynamo-seen-signatures.ts';
import type { SessionEvent } from '../../../shared/contracts/session-events.ts';
import { describeEventLimits, describeSeenSignatures } from '../../contract/ingest-guards.contract.ts';
import { callApi } from '../../support/api-event.ts';
import { anId } from '../../support/builders/session.ts';
import { tableDigest } from '../../support/table-digest.ts';
import { aBatch, PATH, qr, startIngestWorld, type IngestWorld } from './ingest-world.ts';

let world: IngestWorld;
beforeAll(async () => {
  world = await startIngestWorld();
});
afterAll(() => world.stop());

describe('POST /v1/ingest/webjs', () => {
  it('puts a signed batch on the queue, as its instance sent it', async () => {
    const batch = aBatch(await world.aLinkedSession(), 1);
    expect(await world.send(batch)).toMatchObject({ status: 202, body: { accepted: 1 } });
    expect(await world.queued()).toEqual([batch]);
  });

  it('takes the next few of one session, in order', async () => {
    const session = await world.aLinkedSession();
    const batches = [1, 2, 3].map((counter) => aBatch(session, counter));
    expect(await world.send(batches)).toMatchObject({ status: 202, body: { accepted: 3 } });
    expect((await world.queued()).map(({ sequence }) => sequence)).toEqual(batches.map(({ sequence }) => sequence));
  });

  it('takes a batch again that is signed anew, and the queue keeps one', async () => {
    const batch = aBatch(await world.aLinkedSession(), 1);
    expect(await world.send(batch, { atMs: Date.now() - 2_000 })).toMatchObject({ status: 202 });
    expect(await world.send(batch)).toMatchObject({ status: 202 });
    expect(await world.queued()).toEqual([batch]);
  });
});

describe('Signatures', () => {
  const now = Date.now();

  it('are good once', async () => {
    const batch = aBatch(await world.aLinkedSession(), 1);
    expect(await world.send(batch, { atMs: now })).toMatchObject({ status: 202 });
    const digest = await tableDigest(world.dynamo);
    expect(await world.send(batch, { atMs: now })).toMatchObject({ status: 401, body: { code: 'replayed' } });
    expect(await tableDigest(world.dynamo)).toBe(digest);
    expect(await world.queued()).toHaveLength(1);
  });

  it('are good once, however many come at the same moment', async () => {
    const batch = aBatch(await world.aLinkedSession(), 1);
    const answers = await Promise.all(Array.from({ length: 8 }, () => world.send(batch, { atMs: now + 1_000 })));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([202, ...Array<number>(7).fill(401)]);
    await world.queued();
  });

  it.each([
    ['another secret', { secret: 'guess' }],
    ['a time 301 s ago', { atMs: now - 302_000 }],
    ['a time 301 s from now', { atMs: now + 320_000 }],
    ['no signature', { headers: { 'X-HMAC-Signature': '' } }],
    ['a signature that is no hex', { headers: { 'X-HMAC-Signature': 'zz' } }],
    ['another time than was signed', { headers: { 'X-HMAC-Timestamp': String(Math.floor(now / 1_000) - 5) } }],
  ])('with %s are refused, and nothing is written (I8)', async (_what, options) => {
    const batch = aBatch(await world.aLinkedSession(), 1);
    const digest = await tableDigest(world.dynamo);
    expect(await world.send(batch, options)).toMatchObject({ status: 401, body: { code: 'unauthorized' } });
    expect(await tableDigest(world.dynamo)).toBe(digest);
    expect(await world.queued()).toEqual([]);
  });

  it('are needed even with an API key', async () => {
    const batch = aBatch(await world.aLinkedSession(), 1);
    expect(await callApi(world.handler, 'POST', PATH, { body: batch })).toMatchObject({ status: 401 });
  });
});

describe('Bad input (I8)', () => {
  const session = { id: anId('ses'), workspaceId: anId('wsp') };
  const good = aBatch(session, 1);
  const huge = { ...good, events: Array.from({ length: 3 }, () => ({ ...qr(1), qr: 'x'.repeat(100_000) })) };

  it.each([
    ['what is no JSON', '{', 400, undefined],
    ['nothing', '', 400, undefined],
    ['an empty list', [], 422, ''],
    ['an event of no kind', { ...good, events: [{ type: 'session.moved' }] }, 422, 'events.0.type'],
    ['an event without its time', { ...good, events: [qr(1), { ...qr(1), at: undefined }] }, 422, 'events.1.at'],
    ['no events', { ...good, events: [] }, 422, 'events'],
    ['more than 200', { ...good, events: Array.from({ length: 201 }, () => qr(1)) }, 422, 'events'],
    ['a sequence of another token', { ...good, sequence: '0000000002-0000000001' }, 422, 'sequence'],
    ['batches of two sessions', [good, aBatch({ ...session, id: anId('ses') }, 1)], 422, '1.sessionId'],
    ['a batch the queue does not take', huge, 413, '0.events'],
    ['more than a megabyte', 'x'.repeat(1024 * 1024 + 1), 413, undefined],
  ])('%s is refused, the field named, and nothing written', async (_what, body, status, path) => {
    const digest = await tableDigest(world.dynamo);
    const answer = await world.send(body);
    expect(answer.status).toBe(status);
    if (path !== undefined) expect((answer.body as { errors: unknown[] }).errors).toContainEqual(expect.objectContaining({ path }));
    expect(await tableDigest(world.dynamo)).toBe(digest);
    expect(await world.queued()).toEqual([]);
  });

  it('a session of another workspace is none (I6)', async () => {
    const { id } = await world.aLinkedSession();
    for (const stranger of [{ id, workspaceId: anId('wsp') }, session]) {
      const digest = await tableDigest(world.dynamo);
      expect(await world.send(aBatch(stranger, 1))).toMatchObject({ status: 404, body: { code: 'session_not_found', errors: [{ path: 'sessionId' }] } });
      expect(await tableDigest(world.dynamo)).toBe(digest);
    }
    expect(await world.queued()).toEqual([]);
  });
});

describe('Limits', () => {
  const qrs = (count: number): SessionEvent[] => Array.from({ length: count }, (_, i) => qr(i + 1));

  it('refuse a batch as a whole, say when to come again, and put no other session off', async () => {
    const session = await world.aLinkedSession();
    expect(await world.send(aBatch(session, 1, qrs(20)))).toMatchObject({ status: 202 });
    const answer = await world.send([aBatch(session, 2, [{ type: 'message.sent', at: '2026-03-01T10:00:00Z', messageId: 'm', wireId: 'w' }]), aBatch(session, 3)]);
    expect(answer).toMatchObject({ status: 429, body: { code: 'too_many_events', detail: expect.stringContaining('qr') } });
    expect(Number(answer.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(Number(answer.headers['retry-after'])).toBeLessThanOrEqual(3);
    expect(await world.queued()).toHaveLength(1);
    expect(await world.send(aBatch(await world.aLinkedSession(), 1, qrs(20)))).toMatchObject({ status: 202 });
    await world.queued();
  });

  it('are not put on trusted addresses', async () => {
    const session = await world.aLinkedSession();
    for (const counter of [1, 2, 3]) {
      expect(await world.send(aBatch(session, counter, qrs(20)), { sourceIp: '203.0.113.7' })).toMatchObject({ status: 202 });
    }
    await world.queued();
  });
});

describe('On DynamoDB', () => {
  describeEventLimits('dynamoEventLimits', (clock) => dynamoEventLimits(world.dynamo.doc, world.dynamo.tables.core, clock));
  describeSeenSignatures('dynamoSeenSignatures', () => dynamoSeenSignatures(world.dynamo.doc, world.dynamo.tables.core));
});
