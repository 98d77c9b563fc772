import type { Scope } from '../../contracts/api/common.ts';
import type { PublicEvent } from '../../contracts/public-event.ts';
import { chatChannel, kindOf, workspaceChannel, type Push } from '../../contracts/realtime.ts';
import { maySee } from './may-see.ts';

/** The channels an event is told in. */
export const channelsOf = ({ workspaceId, chatId }: PublicEvent): readonly string[] =>
  chatId === undefined ? [workspaceChannel(workspaceId)] : [workspaceChannel(workspaceId), chatChannel(workspaceId, chatId)];

/** Those of the events, in their order, that a subscriber of the channel may have. */
export const eventsFor = (channel: string, scopes: readonly Scope[], events: readonly PublicEvent[]): readonly PublicEvent[] =>
  events.filter((event) => channelsOf(event).includes(channel) && maySee(scopes, event));

export const pushOf = (channel: string, event: PublicEvent): Push => ({ channel, kind: kindOf(event.type), event });
