import type { PublicEvent } from '../contracts/public-event.ts';
import { derivedId } from './derived-id.ts';

/** One delivery a webhook and event, however often the event is published; in the order of the events' times. */
export const deliveryIdOf = (webhookId: string, { id, createdAt }: PublicEvent): string =>
  derivedId('dlv', Date.parse(createdAt), webhookId, id);
