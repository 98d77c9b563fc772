import type { PageWindow } from './whatsapp-page.ts';

declare const window: PageWindow;

/**
 * The library calls into Node once and more for every change of every message. It leaves alone the functions that are
 * there already, so ours take their place: acks and new messages are gathered, what nobody listens to stays in the page.
 */
export function quietListeners(): void {
  const UNUSED = [
    'onChangeMessageEvent', 'onChangeMessageTypeEvent', 'onRemoveMessageEvent', 'onChatUnreadCountEvent',
    'onMessageMediaUploadedEvent', 'onBatteryStateChangedEvent', 'onIncomingCall', 'onReaction', 'onRemoveChatEvent',
    'onArchiveChatEvent', 'onEditMessageEvent', 'onAddMessageCiphertextEvent', 'onCiphertextFailedEvent', 'onPollVoteEvent',
  ];
  const { blazzCorner: corner } = window;
  for (const name of UNUSED) window[name] = () => undefined;

  window.onMessageAckEvent = (message, ack) => {
    if (message.id.fromMe) corner.report('acks', corner.ackOf(message, ack));
  };
  window.onAddMessageEvent = (message) => {
    if (message.id.fromMe || corner.isNotification(message.type)) return;
    corner.report('received', corner.describe(message));
    corner.meet(message.author ?? message.id.remote, message.notifyName);
  };

  // The library serializes each message before it calls those functions, and looks for links in it. Ours read the model.
  let helpers: PageWindow['WWebJS'] | undefined;
  Object.defineProperty(window, 'WWebJS', {
    configurable: true,
    get: () => helpers,
    set(value: PageWindow['WWebJS']) {
      helpers = value;
      for (const prepare of corner.whenInjected) prepare(value);
      Object.defineProperty(value, 'getMessageModel', { get: () => (message: unknown) => message, set() {} });
    },
  });
}
