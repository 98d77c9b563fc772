import type { ProfilePlace } from './session-store.ts';

const SAFE_ID = /^[a-z]{3}_[0-9A-Z]{26}$/;

/** Folder of one session, relative to a store. Ids come from tables, but never become a path unchecked: throws on anything else. */
export function sessionFolder({ workspaceId, sessionId }: ProfilePlace): string {
  for (const id of [workspaceId, sessionId]) if (!SAFE_ID.test(id)) throw new Error(`${id} is no id`);
  return `${workspaceId}/${sessionId}`;
}
