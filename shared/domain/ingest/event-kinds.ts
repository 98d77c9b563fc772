import type { SessionEvent } from '../../contracts/session-events.ts';

export const EVENT_KINDS = ['message', 'ack', 'session_ready', 'qr', 'other'] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** How many events of a kind a session may report a minute from outside, in the long run. */
export const EVENTS_A_MINUTE: Readonly<Record<EventKind, number>> = { message: 1_000, ack: 1_000, session_ready: 50, qr: 20, other: 100 };

export function kindOf(event: SessionEvent): EventKind {
  if (event.type === 'message.ack') return 'ack';
  if (event.type.startsWith('message.')) return 'message';
  if (event.type === 'session.status' && event.status === 'connected') return 'session_ready';
  return event.type === 'session.qr' || event.type === 'session.pairing_code' ? 'qr' : 'other';
}

export type EventCounts = Readonly<Partial<Record<EventKind, number>>>;

export const countKinds = (events: readonly SessionEvent[]): EventCounts =>
  Object.fromEntries([...Map.groupBy(events, kindOf)].map(([kind, some]) => [kind, some.length]));
