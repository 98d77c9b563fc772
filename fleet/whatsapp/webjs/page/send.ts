import type { ChatModel, PageOutcome, PageOutgoing, PageWindow, Wid } from './whatsapp-page.ts';

declare const window: PageWindow;

/** Sends a batch in order, in one trip from Node. Only people on WhatsApp are written to; the answer is remembered. */
export function sendBatches(): void {
  const corner = window.blazzCorner;
  const LOOK_UP_TIMEOUT_MS = 10_000;
  const MOST_REMEMBERED = 50_000;
  const MOST_LOOK_UPS = 12; // about two minutes of silence, by when the connection has been found dead
  const isOnWhatsApp = new Map<string, Promise<boolean>>();
  const failedLookUps = new Map<string, number>();
  const MOST_TRIES = 3;
  const unanswered = new Map<string, number>();

  const askWhatsApp = async (wid: Wid): Promise<boolean> => {
    const found = await corner.within(window.require('WAWebQueryExistsJob').queryWidExists(wid), LOOK_UP_TIMEOUT_MS);
    return found?.wid !== undefined;
  };

  /** A chat that exists needs no question; groups and lids are only ever learnt from WhatsApp itself. */
  const mayWriteTo = (jid: string): Promise<boolean> => {
    const known = isOnWhatsApp.get(jid);
    if (known) return known;
    const wid = window.require('WAWebWidFactory').createWid(jid);
    const hasChat = window.require('WAWebCollections').Chat.get(wid) !== undefined;
    const answer = hasChat || !jid.endsWith('@c.us') ? Promise.resolve(true) : askWhatsApp(wid);
    if (isOnWhatsApp.size >= MOST_REMEMBERED) isOnWhatsApp.clear();
    isOnWhatsApp.set(jid, answer);
    answer.catch(() => isOnWhatsApp.delete(jid));
    return answer;
  };

  /** As the library makes it, but under our id. Given as an extra option it replaces the library's own, which is random. */
  const keyFor = (chat: ChatModel, wireId: string): object => {
    const { getMaybeMeLidUser, getMaybeMePnUser } = window.require('WAWebUserPrefsMeUser');
    const isGroup = chat.id.isGroup?.() ?? false;
    const byLid = isGroup ? chat.groupMetadata?.isLidAddressingMode : chat.id.isLid();
    const from = (byLid ? getMaybeMeLidUser() : getMaybeMePnUser()) as Wid;
    const participant = isGroup ? window.require('WAWebWidFactory').asUserWidOrThrow(from) : undefined;
    return new (window.require('WAWebMsgKey'))({ from, to: chat.id, id: wireId, participant, selfDir: 'out' });
  };

  /**
   * Our process may be frozen while this page runs on, and lose its right to send meanwhile. The wall clock tells of a
   * call that came late; the steady one holds when the wall clock is set back.
   */
  const timeLeft = (notAfterMs: number): (() => boolean) => {
    const end = performance.now() + notAfterMs - Date.now();
    return () => Date.now() < notAfterMs && performance.now() < end;
  };

  const write = async (message: PageOutgoing, mayGo: () => boolean): Promise<PageOutcome> => {
    const { jid, wireId, text, options, replyTo } = message;
    const chat = await window.WWebJS.getChat(jid, { getAsModel: false });
    if (!chat) return ['failed', 'no_such_chat', 'WhatsApp knows no such chat'];
    const quoted = replyTo && (await corner.findMessage(replyTo.jid, replyTo.wireId, replyTo.fromMe));
    const media = options['sendMediaAsSticker'] ? { media: await window.WWebJS.toStickerData(options['media']) } : {};
    if (!mayGo()) return ['not-sent']; // what had to be looked up took its time
    await window.WWebJS.sendMessage(chat, text, {
      ...options,
      linkPreview: options['linkPreview'] !== false || undefined, // the library sends on what it does not take out
      ...media,
      ...(quoted && { quotedMessageId: quoted.id.toString(), ignoreQuoteErrors: true }),
      extraOptions: { id: keyFor(chat, wireId) },
    });
    return ['accepted'];
  };

  /** No answer about a number says nothing of the message, and nothing of it has left: it is tried again, but not for ever. */
  const afterFailedLookUp = ({ wireId }: PageOutgoing, error: unknown): PageOutcome => {
    const times = (failedLookUps.get(wireId) ?? 0) + 1;
    if (failedLookUps.size >= MOST_REMEMBERED) failedLookUps.clear();
    failedLookUps.set(wireId, times);
    return times < MOST_LOOK_UPS ? ['not-sent'] : ['failed', 'look_up_failed', String(error).slice(0, 300)];
  };

  const sendOne = async (message: PageOutgoing, mayGo: () => boolean): Promise<PageOutcome> => {
    const answer = await mayWriteTo(message.jid).catch((error: unknown) => afterFailedLookUp(message, error));
    if (Array.isArray(answer)) return answer;
    if (!answer) return ['failed', 'not_on_whatsapp', 'The number is not on WhatsApp'];
    return message.action === null ? write(message, mayGo) : corner.act(message, message.action, mayGo);
  };

  /** What is unknown is tried again. An action that WhatsApp never answers must not keep others waiting for good. */
  const isHopeless = ({ wireId, action }: PageOutgoing): boolean => {
    if (action === null || action.kind === 'forward') return false;
    const times = (unanswered.get(wireId) ?? 0) + 1;
    if (unanswered.size >= MOST_REMEMBERED) unanswered.clear();
    unanswered.set(wireId, times);
    return times >= MOST_TRIES;
  };

  /** A send that failed before the page had the message leaves no trace in it; then it surely did not go out. */
  const explain = async (message: PageOutgoing, error: unknown): Promise<PageOutcome> => {
    const detail = error instanceof Error ? error.message : String(error);
    const trace = await corner.findMessage(message.jid, message.wireId, true).catch(() => undefined);
    if (trace || detail.startsWith('No answer within')) return isHopeless(message) ? ['failed', 'no_answer', 'WhatsApp did not say whether it was done'] : ['unknown', detail];
    return ['failed', 'send_failed', detail.slice(0, 300)];
  };

  corner.send = async (messages, notAfterMs) => {
    for (const { jid } of messages) mayWriteTo(jid).catch(() => undefined); // asked for all at once, used one by one
    const isInTime = timeLeft(notAfterMs);
    const mayGo = () => isInTime() && window.WWebJS !== undefined && window.require('WAWebSocketModel').Socket.state === 'CONNECTED';
    const outcomes: PageOutcome[] = [];
    for (const message of messages) {
      if (!mayGo()) outcomes.push(['not-sent']);
      else outcomes.push(await corner.within(sendOne(message, mayGo), message.timeoutMs).catch((error: unknown) => explain(message, error)));
    }
    return outcomes;
  };
}
