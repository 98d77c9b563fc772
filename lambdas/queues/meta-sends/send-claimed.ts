import pLimit from 'p-limit';
import type { Clock } from '../../../shared/domain/clock.ts';
import type { MetaCredentials } from '../../../shared/domain/meta/credentials.ts';
import type { Graph } from '../../../shared/domain/meta/graph.ts';
import { verdictOn, type SendVerdict } from '../../../shared/domain/meta/send-verdict.ts';
import type { OutboundMessage } from '../../../shared/domain/outbox/outbound-message.ts';
import { loggableError } from '../../../shared/observability/loggable-error.ts';
import { logger } from '../../../shared/observability/logger.ts';
import type { MakeGraphMessage } from './graph-message.ts';

export interface SendClaimedDeps {
  readonly graph: Pick<Graph, 'sendMessage'>;
  readonly graphMessage: MakeGraphMessage;
  readonly clock: Clock;
}

export interface Sent {
  readonly message: OutboundMessage;
  readonly verdict: SendVerdict;
}

const PEOPLE_AT_ONCE = 40;
/** What was claimed and has not begun to leave by then is given back: the function is stopped some time after. */
const START_WITHIN_MS = 25_000;

/**
 * Sends what was claimed, once each: to many people side by side, to one person in order. What Meta's limits or trouble
 * with the number keep from leaving comes back as `later`; nothing here sends a message a second time (I2).
 */
export const makeSendClaimed = (deps: SendClaimedDeps) =>
  async (access: MetaCredentials, messages: readonly OutboundMessage[]): Promise<readonly Sent[]> => {
    const run: Run = { access, deadline: deps.clock.now() + START_WITHIN_MS, stop: undefined };
    const limit = pLimit(PEOPLE_AT_ONCE);
    const groups = [...Map.groupBy(messages, ({ peer }) => peer).values()];
    return (await Promise.all(groups.map((group) => limit(() => sendInOrder(deps, run, group))))).flat();
  };
export type SendClaimed = ReturnType<typeof makeSendClaimed>;

interface Run {
  readonly access: MetaCredentials;
  readonly deadline: number;
  /** Why nothing more leaves from this number now. */
  stop: SendVerdict | undefined;
}

async function sendInOrder(deps: SendClaimedDeps, run: Run, group: readonly OutboundMessage[]): Promise<readonly Sent[]> {
  const sent: Sent[] = [];
  let held: SendVerdict | undefined;
  for (const message of group) {
    const verdict = held ?? waitFor(deps, run) ?? (await sendOne(deps, run.access, message));
    sent.push({ message, verdict: verdict === held ? behind(verdict) : verdict });
    if (verdict.kind === 'later') held ??= verdict; // what comes after it must not overtake it
    if (stopsNumber(verdict)) run.stop = verdict;
  }
  return sent;
}

/** Never throws: what the others of its batch came to is still to be reported. */
async function sendOne({ graph, graphMessage }: SendClaimedDeps, access: MetaCredentials, message: OutboundMessage): Promise<SendVerdict> {
  const tries = message.tries ?? 0;
  try {
    const prepared = await graphMessage(access, message);
    if (prepared.kind !== 'ready') return prepared;
    const answer = await graph.sendMessage(access, prepared.message).catch(() => BROKEN_OFF);
    return verdictOn(answer, tries);
  } catch (error) {
    logger.warn('A message was not prepared', { messageId: message.id, failure: loggableError(error) });
    return verdictOn(NOT_PREPARED, tries);
  }
}

const BROKEN_OFF = { outcome: 'unknown', reason: 'The call broke off' } as const;
const NOT_PREPARED = { outcome: 'unreachable', reason: 'The message could not be prepared' } as const;

const stopsNumber = (verdict: SendVerdict): boolean =>
  (verdict.kind === 'later' && verdict.holds === 'number') || (verdict.kind === 'failed' && verdict.trouble === 'number');

function waitFor({ clock }: SendClaimedDeps, { stop, deadline }: Run): SendVerdict | undefined {
  if (stop) return behind(stop);
  return clock.now() >= deadline ? { kind: 'later', waitMs: 0, holds: 'nothing', failure: LATE } : undefined;
}

const LATE = { code: 'provider_unavailable', detail: 'Meta answered too slowly for it to be sent in this run' };

/** It was not tried, so it holds up nothing by itself. */
const behind = (verdict: SendVerdict): SendVerdict => ({
  kind: 'later',
  waitMs: verdict.kind === 'later' ? verdict.waitMs : 0,
  holds: 'nothing',
  failure: 'failure' in verdict ? verdict.failure : LATE,
});
