import type { Scope } from '../../contracts/api/common.ts';
import type { PublicEvent } from '../../contracts/public-event.ts';

/** What a key must be allowed to read to hear of a thing; the first word of an event's type is the thing. */
const SCOPE_OF: Readonly<Record<string, Scope>> = {
  session: 'sessions:read',
  message: 'messages:read',
  chat: 'messages:read',
  contact: 'contacts:read',
  campaign: 'campaigns:read',
  template: 'templates:read',
  webhook: 'webhooks:read',
  instance: 'operator',
  payment: 'keys:read', // who may see the keys runs the account
};

/** Whether a key with these scopes may be told: no channel says more than the REST API would. */
export function maySee(scopes: readonly Scope[], { type }: Pick<PublicEvent, 'type'>): boolean {
  const needed = SCOPE_OF[type.slice(0, type.indexOf('.'))];
  return needed !== undefined && scopes.includes(needed);
}
