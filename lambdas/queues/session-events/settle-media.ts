import type { SessionEvent, SessionEventBatch } from '../../../shared/contracts/session-events.ts';
import type { MediaOutcome } from '../../../shared/domain/media/received-media.ts';
import type { Messages, StoredMessage } from '../../../shared/domain/outbox/messages.ts';
import { messageIdIn } from './receive-messages.ts';

export type MediaEvent = Extract<SessionEvent, { type: 'message.media' }>;

export interface SettledMedia {
  readonly message: StoredMessage;
  readonly event: MediaEvent;
}

/** Notes what became of files that came in. Those whose fate was known are left out: an owner may report another's work again. */
export async function settleMedia(messages: Pick<Messages, 'settleMedia'>, batch: SessionEventBatch): Promise<SettledMedia[]> {
  const settled: SettledMedia[] = [];
  for (const [messageId, event] of byMessage(batch)) {
    const message = await messages.settleMedia(batch.workspaceId, batch, messageId, outcomeOf(event));
    if (message) settled.push({ message, event });
  }
  return settled;
}

/** One a message: of a failure and a file the file. */
function byMessage(batch: SessionEventBatch): ReadonlyMap<string, MediaEvent> {
  const events = batch.events.filter((event): event is MediaEvent => event.type === 'message.media');
  const found = new Map<string, MediaEvent>();
  for (const event of events) {
    const id = messageIdIn(batch, event);
    if (found.get(id)?.media == null) found.set(id, event);
  }
  return found;
}

function outcomeOf({ media, failure }: MediaEvent): MediaOutcome {
  if (media) return { stored: { mimetype: media.mimetype, bytes: media.bytes, sha256: media.sha256 } };
  return { failure: failure ?? { code: 'media_unavailable', detail: 'The file could not be had' } };
}
