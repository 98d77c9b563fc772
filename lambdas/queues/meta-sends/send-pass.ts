import type { SessionEvent } from '../../../shared/contracts/session-events.ts';
import type { Clock } from '../../../shared/domain/clock.ts';
import type { MetaCredentials } from '../../../shared/domain/meta/credentials.ts';
import { pairPlan } from '../../../shared/domain/meta/pair-plan.ts';
import type { PairBuckets, SenderLease, SenderState } from '../../../shared/domain/meta/sender-leases.ts';
import { filled, msUntil, NUMBER_RULE, taken, type Bucket } from '../../../shared/domain/meta/token-bucket.ts';
import type { HeldMessages } from '../../../shared/domain/outbox/held-messages.ts';
import type { OutboundMessage } from '../../../shared/domain/outbox/outbound-message.ts';
import type { Outbox, OutboxLane } from '../../../shared/domain/outbox/outbox.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';
import { eventOf, numberEvents, type Report } from './report.ts';
import type { SendClaimed, Sent } from './send-claimed.ts';

export interface SendPassDeps {
  readonly outbox: Pick<Outbox, 'listDue' | 'listLanes' | 'claim' | 'postpone'>;
  readonly held: Pick<HeldMessages, 'giveBack'>;
  readonly pairs: PairBuckets;
  readonly sendClaimed: SendClaimed;
  readonly report: Report;
  readonly clock: Clock;
}

/** One number's turn. */
export interface Turn {
  readonly session: Session;
  readonly access: MetaCredentials;
  readonly lease: SenderLease;
  /** What this run has claimed: the index may show it for a moment longer. */
  readonly seen: Set<string>;
}

export interface Passed {
  readonly state: SenderState;
  readonly claimed: number;
  /** Meta took at least one. */
  readonly hasSent: boolean;
  /** When the first of those that were given back is due, Unix ms. */
  readonly againAt: number | undefined;
}

const BATCH = 80;
const HOLD_AFTER_TROUBLE_MS = 15 * 60_000;
const CAMPAIGNS_REST_MS = 6 * 3_600_000;

/** Sends what is due and allowed now: direct messages first, then a batch of each open campaign. */
export const makeSendPass = (deps: SendPassDeps) =>
  async (turn: Turn): Promise<Passed> => {
    const { session, lease } = turn;
    let passed: Passed = { state: lease.state, claimed: 0, hasSent: false, againAt: undefined };
    const direct: OutboxLane = { sessionId: session.id, campaignId: null };
    const rest = isHeld(lease.state.campaignsHoldUntil, deps.clock) ? [] : await deps.outbox.listLanes(session.id);
    for (const lane of [direct, ...rest]) {
      if (isHeld(passed.state.holdUntil, deps.clock)) break;
      passed = both(passed, await serveLane(deps, turn, passed.state, lane));
    }
    return passed;
  };
export type SendPass = ReturnType<typeof makeSendPass>;

const both = (before: Passed, after: Passed): Passed => ({
  state: after.state,
  claimed: before.claimed + after.claimed,
  hasSent: before.hasSent || after.hasSent,
  againAt: earliest([before.againAt, after.againAt]),
});

const earliest = (times: readonly (number | undefined)[]): number | undefined => times.filter((at) => at !== undefined).sort((a, b) => a - b)[0];

const isHeld = (until: number | null, clock: Clock): boolean => until !== null && until > clock.now();

async function serveLane(deps: SendPassDeps, turn: Turn, state: SenderState, lane: OutboxLane): Promise<Passed> {
  const bucket = filled(state.bucket ?? undefined, NUMBER_RULE, deps.clock.now());
  const due = await listFresh(deps, turn, lane, allowance(turn.session, bucket));
  if (due.length === 0) return nothing(held(state, bucket, deps.clock));
  const { messages, buckets } = lane.campaignId === null ? await withinPairLimits(deps, turn.session.id, due) : { messages: due, buckets: undefined };
  const claim = await deps.outbox.claim({ sessionId: turn.session.id, fencingToken: turn.session.fencingToken, leaseToken: turn.lease.token, messages });
  if (claim.outcome !== 'claimed' || claim.claimed.length === 0) return nothing(state);
  for (const { id } of claim.claimed) turn.seen.add(id);
  const sent = await deps.sendClaimed(turn.access, claim.claimed);
  const againAt = await settle(deps, turn.session, sent);
  await deps.pairs.save(turn.session.id, pairsAfter(buckets, sent, deps.clock.now()));
  const after = stateAfter({ ...state, bucket: taken(bucket, claim.claimed.length) }, sent, deps.clock.now());
  return { state: after, claimed: claim.claimed.length, hasSent: sent.some(({ verdict }) => verdict.kind === 'sent'), againAt };
}

const nothing = (state: SenderState): Passed => ({ state, claimed: 0, hasSent: false, againAt: undefined });

/** A number that needs a person is tried with one message at a time. */
const allowance = ({ status }: Session, { tokens }: Bucket): number => (status === 'action_required' ? 1 : Math.min(BATCH, Math.floor(tokens)));

/** An empty bucket is a pause of the number like any other. */
const held = (state: SenderState, bucket: Bucket, { now }: Clock): SenderState =>
  bucket.tokens >= 1 ? state : { ...state, holdUntil: now() + msUntil(bucket, NUMBER_RULE, NUMBER_RULE.burst / 2) };

async function listFresh({ outbox, clock }: SendPassDeps, { seen }: Turn, lane: OutboxLane, limit: number): Promise<readonly OutboundMessage[]> {
  if (limit < 1) return [];
  const due = await outbox.listDue(lane, clock.now(), limit);
  const fresh = due.filter(({ id }) => !seen.has(id));
  if (fresh.length > 0 || due.length < limit) return fresh;
  return (await outbox.listDue(lane, clock.now(), limit + seen.size)).filter(({ id }) => !seen.has(id)).slice(0, limit); // the front is all stale
}

/** Those that must wait are made due later, so that they are in nobody's way. */
async function withinPairLimits({ pairs, outbox, clock }: SendPassDeps, sessionId: string, due: readonly OutboundMessage[]) {
  const known = await pairs.load(sessionId, [...new Set(due.map(({ peer }) => peer))]);
  const { go, later, buckets } = pairPlan(due, known, clock.now());
  for (const [dueAt, group] of Map.groupBy(later, (each) => each.dueAt)) await outbox.postpone(group.map(({ message }) => message), dueAt);
  return { messages: go, buckets };
}

/** Reported before anything is given back: what is lost then is only a delay. */
async function settle({ report, held: messages, clock }: SendPassDeps, session: Session, sent: readonly Sent[]): Promise<number | undefined> {
  const now = clock.now();
  const at = new Date(now).toISOString();
  const events = sent.flatMap((one): readonly SessionEvent[] => eventOf(one, at));
  await report(session, [...events, ...numberEvents(sent, session, at)]);
  const waiting = sent.flatMap(({ message, verdict }) => (verdict.kind === 'later' ? [{ message, dueAt: now + verdict.waitMs }] : []));
  for (const [dueAt, group] of Map.groupBy(waiting, (each) => each.dueAt)) await messages.giveBack(group.map(({ message }) => message), dueAt);
  return earliest(waiting.map(({ dueAt }) => dueAt));
}

/** Meta counts otherwise than we do if it says a person was written to too often: then we start from nothing. */
function pairsAfter(buckets: ReadonlyMap<string, Bucket> | undefined, sent: readonly Sent[], now: number): ReadonlyMap<string, Bucket> {
  const refused = sent.filter(({ verdict }) => verdict.kind === 'later' && verdict.holds === 'pair');
  return new Map([...(buckets ?? []), ...refused.map(({ message }) => [message.peer, { tokens: 0, at: now }] as const)]);
}

function stateAfter(state: SenderState, sent: readonly Sent[], now: number): SenderState {
  const waits = sent.flatMap(({ verdict }) => (verdict.kind === 'later' && verdict.holds === 'number' ? [now + verdict.waitMs] : []));
  const troubles = sent.flatMap(({ verdict }) => (verdict.kind === 'failed' && verdict.trouble ? [verdict.trouble] : []));
  const isTroubled = troubles.includes('number');
  return {
    ...state,
    holdUntil: isTroubled ? now + HOLD_AFTER_TROUBLE_MS : waits.length > 0 ? Math.max(...waits) : state.holdUntil,
    troubledAt: isTroubled ? now : state.troubledAt,
    campaignsHoldUntil: troubles.includes('spam') ? now + CAMPAIGNS_REST_MS : state.campaignsHoldUntil,
  };
}
