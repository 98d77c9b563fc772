import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { makeFailOver } from '../../../lambdas/schedules/requeue-work/fail-over.ts';
import { makeRequeueMetaSends } from '../../../lambdas/schedules/requeue-work/requeue-meta-sends.ts';
import { dynamoMetaSessions } from '../../../shared/adapters/dynamodb/dynamo-meta-sessions.ts';
import { dynamoMoveQueued } from '../../../shared/adapters/dynamodb/dynamo-move-queued.ts';
import type { MetaSendJob } from '../../../shared/contracts/jobs.ts';
import { makeHasTemplate } from '../../../shared/domain/meta/sendable-templates.ts';
import type { OutboundMessage } from '../../../shared/domain/outbox/outbound-message.ts';
import { makeFindCandidates } from '../../../shared/domain/providers/find-candidates.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';
import { chatIdOf } from '../../../shared/identity/chat-identity.ts';
import { WORKSPACE } from '../../support/builders/outbound-message.ts';
import { aSession } from '../../support/builders/session.ts';
import { startSenderWorld, type SenderWorld } from './sender-world.ts';

const ADA = '+4915300000001';
const HOUR_MS = 3_600_000;
let world: SenderWorld;
let web: Session;
let meta: Session;
let jobs: MetaSendJob[];
const optedOut = new Set<string>();

beforeAll(async () => {
  world = await startSenderWorld();
  await world.meta.customer(ADA);
});
afterAll(() => world.stop());
beforeEach(async () => {
  const since = new Date(world.clock.now() - HOUR_MS).toISOString();
  web = await world.sessions.insert(aSession({ workspaceId: WORKSPACE, status: 'disconnected', disconnectedAt: since, phoneNumber: '+4915200000001', fencingToken: 1 }));
  ({ session: meta } = await world.number());
  await world.policies.save({
    workspaceId: WORKSPACE, primary: web.id, fallbacks: [meta.id], failover: { enabled: true, minScore: 0.5, afterSeconds: 60 }, updatedAt: since,
  });
  jobs = [];
  optedOut.clear();
});

const enqueue = async (some: readonly MetaSendJob[]) => void jobs.push(...some);
const failOver = () => {
  const { sessions, outcomes, chats, templates, policies, outbox, clock, dynamo } = world;
  return makeFailOver({
    policies, sessions, outcomes, outbox, clock, enqueue, chatIdOf,
    findCandidates: makeFindCandidates({ sessions, outcomes, chats, hasTemplate: makeHasTemplate(templates) }),
    isOptedOut: async (_, peer) => optedOut.has(peer),
    moveQueued: dynamoMoveQueued(dynamo.doc, dynamo.tables.messages),
  })();
};
const waiting = (change: Partial<OutboundMessage> = {}) => world.queued(web, { peer: ADA, mayMove: true, ...change });
const shown = ({ id }: OutboundMessage) => world.messages.get(WORKSPACE, id);
/** Ada writes to the number at Meta, as the consumer of session events notes it. */
const writes = async () => {
  const at = new Date(world.clock.now()).toISOString();
  await world.reported(meta, {
    type: 'message.received', at, observedAt: at, wireId: `wamid.${at}`, peer: ADA, author: null, senderName: null, messageType: 'text', text: 'Hi', replyToWireId: null, media: null,
  });
};

describe('what waits for a number that is down', () => {
  it('moves to one that is up and may write to the person, and is sent from there', async () => {
    await writes();
    const message = await waiting();
    expect(await failOver()).toBe(1);
    expect(await shown(message)).toMatchObject({ sessionId: meta.id, chatId: chatIdOf(WORKSPACE, meta.id, ADA), failoverFrom: web.id, status: 'queued' });
    expect(jobs).toEqual([{ v: 1, kind: 'send', sessionId: meta.id }]);
    expect(await world.outbox.listDue({ sessionId: web.id, campaignId: null }, world.clock.now(), 5)).toEqual([]);
    expect(await failOver()).toBe(0);
  });

  it('stays if the caller named the number, if the person has not written to the other, and for who opted out', async () => {
    const unknownWindow = await waiting();
    expect(await failOver()).toBe(0);
    await writes();
    const named = await world.queued(web, { peer: ADA });
    optedOut.add(ADA);
    expect(await failOver()).toBe(0);
    expect([(await shown(unknownWindow)).sessionId, (await shown(named)).sessionId]).toEqual([web.id, web.id]);
    optedOut.clear();
    expect(await failOver()).toBe(1);
    expect((await shown(named)).sessionId).toBe(web.id);
  });

  it('I2: is never moved once it was claimed, whatever became of it', async () => {
    await writes();
    const message = await waiting();
    await world.outbox.claim({ sessionId: web.id, fencingToken: 1, messages: [message] });
    expect(await failOver()).toBe(0);
    expect(await dynamoMoveQueued(world.dynamo.doc, world.dynamo.tables.messages)(message, { sessionId: meta.id, chatId: message.chatId })).toBe(false);
    expect(await shown(message)).toMatchObject({ sessionId: web.id, status: 'sending' });
  });

  it('I2: cannot be claimed by the number it was listed for, after it moved', async () => {
    await writes();
    const listed = await waiting();
    await failOver();
    expect(await world.outbox.claim({ sessionId: web.id, fencingToken: 1, messages: [listed] })).toEqual({ outcome: 'claimed', claimed: [] });
    expect((await shown(listed)).status).toBe('queued');
  });

  it('moves off a number whose messages fail, until that is a while ago', async () => {
    await writes();
    const { session: other } = await world.number();
    await world.policies.save({ workspaceId: WORKSPACE, primary: other.id, fallbacks: [meta.id], failover: { enabled: true, minScore: 0.5, afterSeconds: 60 }, updatedAt: '' });
    await world.outcomes.add(other.id, world.clock.now(), { sent: 0, failed: 4, unknown: 0 }, '0000000000-0000000001');
    await world.outcomes.add(other.id, world.clock.now(), { sent: 9, failed: 0, unknown: 0 }, '0000000000-0000000001'); // the same batch again
    const message = await world.queued(other, { peer: ADA, mayMove: true });
    expect(await failOver()).toBe(1);
    expect((await shown(message)).sessionId).toBe(meta.id);
    world.pass(21 * 60_000);
    await writes();
    await world.queued(other, { peer: ADA, mayMove: true });
    expect(await failOver()).toBe(0);
  });

  it('counts what becomes of messages only where somebody wants to know', async () => {
    const { session } = await world.number();
    const message = await world.queued(session);
    await world.outbox.claim({ sessionId: session.id, fencingToken: 0, messages: [message] });
    await world.reported(session, { type: 'message.sent', at: new Date().toISOString(), messageId: message.id, wireId: 'wamid.1' });
    expect(await world.outcomes.recent([session.id, meta.id], world.clock.now())).toEqual([{ sent: 1, failed: 0, unknown: 0 }, { sent: 0, failed: 0, unknown: 0 }]);
  });
});

describe('the schedule', () => {
  const requeue = () => makeRequeueMetaSends({ ...world, metaSessions: dynamoMetaSessions(world.dynamo.doc, world.dynamo.tables.core), enqueue })();
  const woken = () => jobs.some(({ sessionId }) => sessionId === meta.id);

  it('wakes the sender for a message whose job was lost, and for one whose time has come', async () => {
    await world.queued(meta, { peer: ADA, dueAt: world.clock.now() + HOUR_MS });
    await requeue();
    expect(woken()).toBe(false);
    world.pass(HOUR_MS + 1);
    await requeue();
    expect(woken()).toBe(true);
  });

  it('wakes it for messages whose sender died, and no session of another provider', async () => {
    const message = await world.queued(meta, { peer: ADA });
    await world.outbox.claim({ sessionId: meta.id, fencingToken: 0, messages: [message] });
    await requeue();
    expect(woken()).toBe(false);
    world.pass(121_000);
    await requeue();
    expect(woken()).toBe(true);
    expect(jobs.some(({ sessionId }) => sessionId === web.id)).toBe(false);
  });
});
