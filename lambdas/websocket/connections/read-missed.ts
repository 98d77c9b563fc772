import type { Scope } from '../../../shared/contracts/api/common.ts';
import type { PublicEvent } from '../../../shared/contracts/public-event.ts';
import { REPLAYED_FOR_MS } from '../../../shared/contracts/realtime.ts';
import type { Clock } from '../../../shared/domain/clock.ts';
import type { Listening } from '../../../shared/domain/realtime/connections.ts';
import type { EventLog } from '../../../shared/domain/realtime/event-log.ts';
import { eventsFor } from '../../../shared/domain/realtime/pushes.ts';
import { timeOfId } from '../../../shared/identity/id-time.ts';

export interface Subscriber {
  readonly connectionId: string;
  readonly workspaceId: string;
  readonly scopes: readonly Scope[];
  readonly channel: string;
}

/** What a subscriber is to be sent before anything new. */
export interface Missed {
  readonly fromMs: number; // Unix ms of publication, from which on the log was read
  readonly jobIds: readonly string[]; // all that was read
  readonly events: readonly PublicEvent[]; // oldest first, no two with one id
  /** There was more than is kept, or than is sent at once: the client should read the rest over REST. */
  readonly hasGap: boolean;
}

export interface ReadMissedDeps {
  readonly log: Pick<EventLog, 'readFrom'>;
  readonly listening: Pick<Listening, 'since'>;
  readonly clock: Clock;
}

const MOST_JOBS = 500;
const MOST_EVENTS = 500; // sent one by one, in the half minute there is
/** An event may have been published so long before the time it carries: clocks differ. */
const CLOCKS_DIFFER_MS = 60_000;
/** Sessions are published side by side: of another than the last event's, something earlier may still be missing. */
const SIDE_BY_SIDE_MS = 5_000;

/** Reads what a subscriber missed since an event or a time. */
export const makeReadMissed = ({ log, listening, clock }: ReadMissedDeps) =>
  async ({ workspaceId, channel, scopes }: Subscriber, since: string): Promise<Missed> => {
    const now = clock.now();
    const keptFrom = Math.max(now - REPLAYED_FOR_MS, (await listening.since(workspaceId, now)) ?? now);
    const isEvent = since.startsWith('evt_');
    const wantedFrom = isEvent ? Math.min(timeOfId(since), now) - CLOCKS_DIFFER_MS : Date.parse(since);
    const fromMs = Math.max(wantedFrom, keptFrom);
    const jobs = await log.readFrom(workspaceId, fromMs, MOST_JOBS);
    const published = jobs.flatMap(({ at, events }) => events.map((event) => ({ at, event })));
    const after = isEvent ? publishedAfter(published, since) : published;
    const hasAll = isEvent ? after !== undefined : wantedFrom >= keptFrom && jobs.length < MOST_JOBS;
    const events = unique(eventsFor(channel, scopes, (after ?? published).map(({ event }) => event)));
    return { fromMs, jobIds: jobs.map(({ id }) => id), events: events.slice(-MOST_EVENTS), hasGap: !hasAll || events.length > MOST_EVENTS };
  };
export type ReadMissed = ReturnType<typeof makeReadMissed>;

interface Published {
  readonly at: number; // Unix ms
  readonly event: PublicEvent;
}

/**
 * What was published after the event; of other sessions also what was published shortly before, since it need not have
 * arrived. `undefined`: the event is not in the log.
 */
function publishedAfter(published: readonly Published[], eventId: string): readonly Published[] | undefined {
  const place = published.findIndex(({ event }) => event.id === eventId);
  const last = published[place];
  if (!last) return undefined;
  const mayBeMissing = ({ at, event }: Published): boolean => event.sessionId !== last.event.sessionId && at >= last.at - SIDE_BY_SIDE_MS;
  return published.filter((entry, i) => i > place || (i < place && mayBeMissing(entry)));
}

const unique = (events: readonly PublicEvent[]): PublicEvent[] => [...new Map(events.map((event) => [event.id, event])).values()];
