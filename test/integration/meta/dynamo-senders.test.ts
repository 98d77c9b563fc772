import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dynamoCampaigns } from '../../../shared/adapters/dynamodb/dynamo-campaigns.ts';
import { dynamoHeldMessages } from '../../../shared/adapters/dynamodb/dynamo-held-messages.ts';
import { dynamoMessages } from '../../../shared/adapters/dynamodb/dynamo-messages.ts';
import { dynamoOutbox } from '../../../shared/adapters/dynamodb/dynamo-outbox.ts';
import { dynamoOutcomes } from '../../../shared/adapters/dynamodb/dynamo-outcomes.ts';
import { dynamoPairBuckets } from '../../../shared/adapters/dynamodb/dynamo-pair-buckets.ts';
import { dynamoSenderLeases } from '../../../shared/adapters/dynamodb/dynamo-sender-leases.ts';
import { dynamoSendingPolicies } from '../../../shared/adapters/dynamodb/dynamo-sending-policies.ts';
import { dynamoSessions } from '../../../shared/adapters/dynamodb/dynamo-sessions.ts';
import { FRESH_SENDER, type SenderLeases } from '../../../shared/domain/meta/sender-leases.ts';
import { RECENT_MS } from '../../../shared/domain/providers/outcomes.ts';
import type { SendingPolicy } from '../../../shared/domain/providers/sending-policy.ts';
import { aCampaign } from '../../support/builders/campaign.ts';
import { anOutboundMessage, WORKSPACE } from '../../support/builders/outbound-message.ts';
import { aSession, anId } from '../../support/builders/session.ts';
import { startDynamo, type TestDynamo } from '../../support/dynamodb.ts';
import { FakeClock } from '../../support/fakes/fake-clock.ts';

const TTL_MS = 100_000;
const clock = new FakeClock();
let dynamo: TestDynamo;
beforeAll(async () => {
  dynamo = await startDynamo();
});
afterAll(() => dynamo.stop());

describe('sender leases', () => {
  let leases: SenderLeases;
  beforeAll(() => {
    leases = dynamoSenderLeases(dynamo.doc, dynamo.tables.core, clock);
  });

  it('are one at a time, with a token that grows and the state of the one before', async () => {
    const id = anId('ses');
    const first = await leases.acquire(id, TTL_MS);
    expect(first).toMatchObject({ sessionId: id, token: 1, state: FRESH_SENDER });
    if (!first) throw new Error('no lease');
    const state = { ...FRESH_SENDER, holdUntil: 4_711 };
    expect(await leases.release({ ...first, state })).toEqual({ outcome: 'released' });
    expect(await leases.acquire(id, TTL_MS)).toMatchObject({ token: 2, state });
  });

  it('are kept for another look when somebody asked for one meanwhile, once', async () => {
    const id = anId('ses');
    const lease = await leases.acquire(id, TTL_MS);
    if (!lease) throw new Error('no lease');
    expect(await leases.acquire(id, TTL_MS)).toBeUndefined();
    const asked = await leases.release(lease);
    if (asked.outcome !== 'look-again') throw new Error(asked.outcome);
    expect(await leases.release(asked.lease)).toEqual({ outcome: 'released' });
  });

  it('are free once they ran out, and lost to who took them', async () => {
    const id = anId('ses');
    const late = await leases.acquire(id, TTL_MS);
    if (!late) throw new Error('no lease');
    clock.advance(TTL_MS - 1);
    expect(await leases.acquire(id, TTL_MS)).toBeUndefined();
    clock.advance(1);
    const next = await leases.acquire(id, TTL_MS);
    expect(next?.token).toBe(2);
    expect(await leases.release(late)).toEqual({ outcome: 'lost' });
    await leases.handBack(late);
    expect(await leases.acquire(id, TTL_MS)).toBeUndefined(); // the late one took nothing from the next
  });

  it('of many that ask at once are given to one', async () => {
    const id = anId('ses');
    const given = await Promise.all(Array.from({ length: 8 }, () => leases.acquire(id, TTL_MS)));
    expect(given.filter((lease) => lease !== undefined)).toHaveLength(1);
  });

  it('can be handed back whatever was asked for', async () => {
    const id = anId('ses');
    const lease = await leases.acquire(id, TTL_MS);
    if (!lease) throw new Error('no lease');
    await leases.acquire(id, TTL_MS);
    await leases.handBack(lease);
    expect((await leases.acquire(id, TTL_MS))?.token).toBe(2);
  });
});

describe('pair buckets', () => {
  it('are kept for each number and person', async () => {
    const pairs = dynamoPairBuckets(dynamo.doc, dynamo.tables.core);
    const [one, other] = [anId('ses'), anId('ses')];
    await pairs.save(one, new Map([['+491', { tokens: 3, at: clock.now() }]]));
    expect(await pairs.load(one, ['+491', '+492'])).toEqual(new Map([['+491', { tokens: 3, at: clock.now() }]]));
    expect(await pairs.load(other, ['+491'])).toEqual(new Map());
  });
});

describe('held messages', () => {
  async function claimed(campaignId: string | null = null) {
    const { doc, tables } = dynamo;
    const session = await dynamoSessions(doc, tables.core).insert(aSession({ workspaceId: WORKSPACE, provider: 'meta' }));
    const outbox = dynamoOutbox(doc, tables, clock);
    const { message } = await outbox.insert(anOutboundMessage({ sessionId: session.id, campaignId, dueAt: clock.now() }));
    await outbox.claim({ sessionId: session.id, fencingToken: 0, messages: [message] });
    return { message, session, outbox, held: dynamoHeldMessages(doc, tables, clock), messages: dynamoMessages(doc, tables.messages) };
  }

  it('are those that were claimed and are sending or unknown, with when', async () => {
    const { message, session, held, messages } = await claimed();
    expect(await held.list(session.id)).toMatchObject([{ message: { id: message.id }, status: 'sending', claimedAt: clock.now() }]);
    await messages.applyChanges(WORKSPACE, { sequence: '1', fencingToken: 0 }, [{ messageId: message.id, to: 'unknown', at: 1 }]);
    expect(await held.list(session.id)).toMatchObject([{ status: 'unknown' }]);
    await messages.applyChanges(WORKSPACE, { sequence: '2', fencingToken: 0 }, [{ messageId: message.id, to: 'sent', at: 2 }]);
    expect(await held.list(session.id)).toEqual([]);
  });

  it('go back to the queue with one more try, out of their campaign’s count', async () => {
    const { doc, tables } = dynamo;
    const campaigns = dynamoCampaigns(doc, tables.core, clock);
    const campaign = aCampaign({ status: 'running' });
    await campaigns.insert(campaign);
    const { message, session, outbox, held } = await claimed(campaign.id);
    expect(await campaigns.counts(campaign.id)).toMatchObject({ sending: 1 });
    const dueAt = clock.now() + 5_000;
    await held.giveBack([message], dueAt);
    await held.giveBack([message], dueAt + 1); // a second time changes nothing
    expect(await campaigns.counts(campaign.id)).toMatchObject({ sending: 0 });
    const lane = { sessionId: session.id, campaignId: campaign.id };
    expect(await outbox.listDue(lane, dueAt - 1, 5)).toEqual([]);
    expect(await outbox.listDue(lane, dueAt, 5)).toMatchObject([{ id: message.id, status: 'queued', tries: 1, dueAt }]);
    expect(await held.list(session.id)).toEqual([]);
  });

  it('stay unknown once they are: nobody gives those back', async () => {
    const { message, session, held, messages } = await claimed();
    await messages.applyChanges(WORKSPACE, { sequence: '1', fencingToken: 0 }, [{ messageId: message.id, to: 'unknown', at: 1 }]);
    await held.giveBack([message], clock.now());
    expect(await held.list(session.id)).toMatchObject([{ status: 'unknown' }]);
  });

  it('know when the next of all priorities is due', async () => {
    const { session, outbox, held } = await claimed();
    expect(await held.nextDueAt(session.id)).toBeUndefined();
    const at = clock.now();
    await outbox.insert(anOutboundMessage({ sessionId: session.id, priority: 'critical', dueAt: at + 9_000 }));
    await outbox.insert(anOutboundMessage({ sessionId: session.id, priority: 'low', dueAt: at + 2_000 }));
    expect(await held.nextDueAt(session.id)).toBe(at + 2_000);
  });
});

describe('recent outcomes', () => {
  it('add up within the window, each batch once', async () => {
    const outcomes = dynamoOutcomes(dynamo.doc, dynamo.tables.core);
    const [id, other] = [anId('ses'), anId('ses')];
    const at = clock.now();
    await outcomes.add(id, at - RECENT_MS * 2, { sent: 100, failed: 0, unknown: 0 }, '0000000000-0000000001');
    await outcomes.add(id, at, { sent: 1, failed: 0, unknown: 0 }, '0000000000-0000000002');
    await outcomes.add(id, at, { sent: 1, failed: 0, unknown: 0 }, '0000000000-0000000002');
    await outcomes.add(id, at, { sent: 0, failed: 1, unknown: 1 }, '0000000000-0000000003');
    expect(await outcomes.recent([id, other], at)).toEqual([{ sent: 1, failed: 1, unknown: 1 }, { sent: 0, failed: 0, unknown: 0 }]);
  });
});

describe('sending policies', () => {
  it('are one a workspace, and listed while failover is on (I6)', async () => {
    const policies = dynamoSendingPolicies(dynamo.doc, dynamo.tables.core);
    const workspaceId = anId('wsp');
    const policy: SendingPolicy = { workspaceId, primary: 'ses_a', fallbacks: ['ses_b'], failover: { enabled: true, minScore: 0.5, afterSeconds: 60 }, updatedAt: '2026-01-01T00:00:00.000Z' };
    await policies.save(policy);
    expect(await policies.find(workspaceId)).toEqual(policy);
    expect(await policies.find(anId('wsp'))).toBeUndefined();
    expect(await policies.listWithFailover()).toEqual([policy]);
    await policies.save({ ...policy, failover: { ...policy.failover, enabled: false } });
    expect(await policies.listWithFailover()).toEqual([]);
  });
});
