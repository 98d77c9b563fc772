import type { MessageFailure } from '../../contracts/message.ts';

/** What becomes of messages whose session was deleted before they left. */
export const NEVER_LEFT: MessageFailure = {
  code: 'session_deleted',
  detail: 'The session was deleted before the message left. Send it from another one.',
};

/** The same for those WhatsApp may have taken at the last moment. */
export const MAY_HAVE_LEFT: MessageFailure = {
  code: 'session_deleted',
  detail: 'The session was deleted before WhatsApp confirmed the message. It may have arrived.',
};
