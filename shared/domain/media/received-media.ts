import type { MessageFailure } from '../../contracts/message.ts';

/** The file of a message that came in, as its message keeps it. `pending`: it has not been fetched from WhatsApp yet. */
export interface ReceivedMedia {
  readonly id: string;
  readonly mimetype: string;
  readonly filename: string | null;
  readonly bytes: number;
  readonly sha256: string | null; // base64
  readonly status: 'pending' | 'stored' | 'failed';
  readonly failure: MessageFailure | null;
  /** Meta's id of the file; files that come over WhatsApp Web have none. */
  readonly providerId?: string;
}

/** What became of it. */
export type MediaOutcome = { readonly stored: Pick<ReceivedMedia, 'mimetype' | 'bytes' | 'sha256'> } | { readonly failure: MessageFailure };

/** `undefined`: it stays as it is. What is stored stays stored; what was given up may still be found. */
export function settle(media: ReceivedMedia, outcome: MediaOutcome): ReceivedMedia | undefined {
  if (media.status === 'stored') return undefined;
  if ('stored' in outcome) return { ...media, ...outcome.stored, status: 'stored', failure: null };
  return media.status === 'pending' ? { ...media, status: 'failed', failure: outcome.failure } : undefined;
}

/** A session that is off this long will hardly come back for a file; WhatsApp keeps it for about so long, too. */
const GIVEN_UP_AFTER_MS = 30 * 24 * 3_600_000;
const NEVER_FETCHED: MessageFailure = { code: 'media_unavailable', detail: 'The session was not connected in time to fetch the file.' };

/** As people see it: nothing is pending for ever, even if its session never came back. */
export const shownMedia = (media: ReceivedMedia, receivedAt: number, now: number): ReceivedMedia =>
  media.status === 'pending' && now - receivedAt > GIVEN_UP_AFTER_MS ? { ...media, status: 'failed', failure: NEVER_FETCHED } : media;
