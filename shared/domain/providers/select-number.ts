import type { MessageContent } from '../../contracts/message.ts';
import type { ServiceWindow } from '../meta/service-window.ts';
import type { Session } from '../sessions/session.ts';
import type { NumberHealth } from './number-health.ts';
import { canReach, canSendType } from './provider-types.ts';

/** One number that might send, and what is known of it. */
export interface Candidate {
  readonly session: Session;
  readonly health: NumberHealth;
  /** Of Meta, towards the person; `open` for other providers. */
  readonly window: ServiceWindow;
  /** For a template: whether it is approved on the account of this number. */
  readonly hasTemplate: boolean;
  /** It has talked to the person before. */
  readonly isKnown: boolean;
}

export interface Wanted {
  readonly content: Pick<MessageContent, 'type'>;
  readonly peer: string;
  readonly isFailoverOn: boolean;
  /** The person wants to hear of us no more: nobody but who talks to them already may write. */
  readonly isOptedOut: boolean;
}

export interface Choice {
  readonly session: Session;
  /** The number that should have sent, had it not been down. */
  readonly failoverFrom: string | undefined;
}

/** Why a number cannot send a message, whether it is up or not. */
export type Obstacle = 'logged_out' | 'type' | 'peer' | 'window' | 'template' | 'consent';

/**
 * Chooses among numbers in the order in which they should send. The first that can send the message does; with failover
 * the first that can and is up. If none is up it waits for the one that should have sent. `undefined`: there is none at all.
 */
export function selectNumber(candidates: readonly Candidate[], wanted: Wanted): Choice | undefined {
  const [first] = candidates;
  const able = candidates.filter((candidate) => obstacleOf(candidate, wanted, candidate === first) === undefined);
  const preferred = able[0] ?? first; // what keeps the first one from sending is told when the message is queued
  if (!preferred) return undefined;
  const chosen = wanted.isFailoverOn ? (able.find(({ health }) => health.isUp) ?? preferred) : preferred;
  return { session: chosen.session, failoverFrom: chosen === preferred ? undefined : preferred.session.id };
}

/** @param isFirst it is the one that should send: then a window of which nothing is known is no obstacle, Meta will tell */
export function obstacleOf({ session, window, hasTemplate, isKnown }: Candidate, { content, peer, isOptedOut }: Wanted, isFirst: boolean): Obstacle | undefined {
  if (isGone(session)) return 'logged_out';
  if (!canSendType(session.provider, content.type)) return 'type';
  if (!canReach(session.provider, peer)) return 'peer';
  if (content.type === 'template') return hasTemplate ? undefined : 'template';
  if (window === 'closed' || (window === 'unknown' && !isFirst)) return 'window';
  return isOptedOut && !isFirst && !isKnown ? 'consent' : undefined;
}

const isGone = ({ status, desired }: Session): boolean =>
  status === 'logged_out' || status === 'deleted' || desired === 'logged_out' || desired === 'deleted';
