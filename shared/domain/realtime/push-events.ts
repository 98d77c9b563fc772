import type { PublicEvent } from '../../contracts/public-event.ts';
import type { PushJob } from '../../contracts/realtime.ts';
import type { Clock } from '../clock.ts';
import type { PublishEvents } from '../webhooks/publish-events.ts';
import type { Listening } from './connections.ts';

/** Puts a job on the queue; those of one `group` stay in order. The same job again, within minutes, is dropped. */
export type EnqueuePush = (job: PushJob, group: string) => Promise<void>;

export interface PushEventsDeps {
  readonly listening: Pick<Listening, 'since'>;
  readonly enqueue: EnqueuePush;
  readonly clock: Clock;
}

/** A socket's message may have 128 KB, and a character takes three bytes at most. A job may be one such event, or many small ones. */
const MOST_CHARACTERS = 40_000;

/** Publishes to the sockets of a workspace. Where nobody listens it costs one read. Publishing again changes nothing. */
export const makePushEvents = ({ listening, enqueue, clock }: PushEventsDeps): PublishEvents =>
  async (workspaceId, events) => {
    if (events.length === 0) return;
    const at = clock.now();
    if ((await listening.since(workspaceId, at)) === undefined) return;
    const groups = Map.groupBy(events.map(fitting), groupOf);
    await Promise.all([...groups].map(async ([group, own]) => {
      for (const job of jobsOf(workspaceId, at, own)) await enqueue(job, group); // one after the other: they stay in order
    }));
  };

/** What one session reports stays in order, and with it each chat; no session waits for another. */
const groupOf = ({ sessionId, workspaceId }: PublicEvent): string => sessionId ?? workspaceId;

/** What is too large for a socket comes without its contents: the id is there to read it by. */
function fitting(event: PublicEvent): PublicEvent {
  if (JSON.stringify(event).length <= MOST_CHARACTERS) return event;
  return { ...event, data: { id: event.data['id'], status: event.data['status'], isTruncated: true } };
}

function jobsOf(workspaceId: string, at: number, events: readonly PublicEvent[]): readonly PushJob[] {
  return inParts(events).map((part, i) => ({ v: 1, id: jobIdOf(part), at: at + i, workspaceId, events: part })); // in order by time, too
}

const jobIdOf = (events: readonly PublicEvent[]): string => `${events[0]?.id}.${events.at(-1)?.id}.${events.length}`;

function inParts(events: readonly PublicEvent[]): PublicEvent[][] {
  const parts: PublicEvent[][] = [];
  let size = Infinity;
  for (const event of events) {
    const own = JSON.stringify(event).length;
    if (size + own > MOST_CHARACTERS) {
      parts.push([]);
      size = 0;
    }
    parts.at(-1)?.push(event);
    size += own;
  }
  return parts;
}
