import type { PageWindow } from './whatsapp-page.ts';

declare const window: PageWindow;

/**
 * Builds from 2.3000.10477xx (2026-09-17) give the media model an enumerable private `__x_id`. The library spreads the
 * model over the message, whose id is then lost: "Data passed to getter must include an id property".
 */
export function bridgeMediaId(): void {
  window.blazzCorner.whenLoaded.push(() => {
    const action = window.require('WAWebSendMsgChatAction');
    const original = action.addAndSendMsgToChat;
    action.addAndSendMsgToChat = function addAndSendMsgToChat(chat, message) {
      if ('__x_id' in message) delete message['__x_id'];
      return original.call(this, chat, message);
    };
  });
}
