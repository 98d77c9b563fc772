import { messageIdOf } from './message-identity.ts';

/** The message of one recipient's attempt. `startedAtMs` is the campaign's start, which never changes. */
export const campaignMessageIdOf = (
  workspaceId: string,
  campaignId: string,
  startedAtMs: number,
  to: string,
  attempt: number,
): string => messageIdOf(workspaceId, to, startedAtMs, `${campaignId}|${to}|${attempt}`);
