import type { SessionEvent, SessionEventBatch } from '../../../shared/contracts/session-events.ts';
import { mendHalves } from '../../../shared/domain/session-events/queue-text.ts';
import type { Session } from '../../../shared/domain/sessions/session.ts';
import { arrivalKey } from '../../../shared/identity/arrival-key.ts';

const MOST_EVENTS = 100;
const MOST_BYTES = 180_000; // of the 256 KB a queue takes

export interface KeyedEvents {
  readonly key: string;
  readonly events: readonly SessionEvent[];
}

/** As few batches as the queue allows. Each is known by what it says, so one that Meta sends again is the same. */
export function sessionBatches({ id, workspaceId, fencingToken }: Session, told: readonly KeyedEvents[]): readonly SessionEventBatch[] {
  return portions(told).map((portion) => ({
    v: 1,
    workspaceId,
    sessionId: id,
    instanceId: 'meta',
    fencingToken,
    sequence: arrivalKey(id, ...portion.map(({ key }) => key)),
    numbered: 'on-arrival',
    events: portion.flatMap(({ events }) => events.map(wellFormed)),
  }));
}

function portions(told: readonly KeyedEvents[]): readonly (readonly KeyedEvents[])[] {
  const all: KeyedEvents[][] = [];
  let room = { events: 0, bytes: 0 };
  for (const one of told) {
    const bytes = Buffer.byteLength(JSON.stringify(one.events));
    if (one.events.length > room.events || bytes > room.bytes) {
      all.push([]);
      room = { events: MOST_EVENTS, bytes: MOST_BYTES };
    }
    all.at(-1)?.push(one);
    room = { events: room.events - one.events.length, bytes: room.bytes - bytes };
  }
  return all;
}

const wellFormed = (event: SessionEvent): SessionEvent => JSON.parse(JSON.stringify(event), mendHalves) as SessionEvent;
