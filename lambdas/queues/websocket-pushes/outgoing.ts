import type { PublicEvent } from '../../../shared/contracts/public-event.ts';
import { maySee } from '../../../shared/domain/realtime/may-see.ts';
import { channelsOf, pushOf } from '../../../shared/domain/realtime/pushes.ts';
import type { Subscription } from '../../../shared/domain/realtime/subscriptions.ts';

/** What one connection gets, in order. */
export interface Outgoing {
  readonly connectionId: string;
  readonly channels: readonly string[];
  readonly texts: readonly string[];
}

/** Sorts events by the connections that get them: in the order of the events, and only what their keys may see. */
export function outgoing(events: readonly PublicEvent[], subscribers: ReadonlyMap<string, readonly Subscription[]>): Outgoing[] {
  const all = new Map<string, { channels: Set<string>; texts: string[] }>();
  for (const event of events) {
    for (const channel of channelsOf(event)) {
      const text = JSON.stringify(pushOf(channel, event)); // once for all connections
      for (const { connectionId, scopes } of subscribers.get(channel) ?? []) {
        if (!maySee(scopes, event)) continue;
        const own = all.get(connectionId) ?? { channels: new Set(), texts: [] };
        own.channels.add(channel);
        own.texts.push(text);
        all.set(connectionId, own);
      }
    }
  }
  return [...all].map(([connectionId, { channels, texts }]) => ({ connectionId, channels: [...channels], texts }));
}
