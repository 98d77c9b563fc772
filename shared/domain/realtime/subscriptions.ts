import type { Scope } from '../../contracts/api/common.ts';

export interface Subscription {
  readonly connectionId: string;
  readonly scopes: readonly Scope[];
  /** Until then (Unix ms) what it missed is being sent to it, and new jobs are handed over to who does that. */
  readonly replayingUntil: number | null;
  /** Jobs it got that way: they are not sent again. */
  readonly replayed: readonly string[];
}

export interface NewSubscription extends Pick<Subscription, 'connectionId' | 'scopes' | 'replayingUntil'> {
  readonly channel: string;
}

/**
 * Who gets what. A subscriber that missed something is first sent that, by one process, while another may already have
 * a new event for it. `handOver` and `goLive` settle which of the two sends it, so that it comes once and in order.
 */
export interface Subscriptions {
  /** Again is no harm. Nothing is added if the connection is gone or has `limit` subscriptions already. */
  add(subscription: NewSubscription, limit: number): Promise<'added' | 'gone' | 'too-many'>;
  remove(channel: string, connectionId: string): Promise<void>;
  listOf(channel: string): Promise<readonly Subscription[]>;
  /** Gives a job to who replays. `false`: the subscription is live by now and has not had the job, so it is the caller's to send. */
  handOver(channel: string, connectionId: string, jobId: string): Promise<boolean>;
  /** Ends the replay, unless jobs were handed over that are not among `replayed`: returns those, which must be sent first. The newest of `replayed` are remembered. */
  goLive(channel: string, connectionId: string, replayed: readonly string[]): Promise<readonly string[]>;
}
