import type { MsgModel, PageAck, PageMessage, PageNotice, PageWindow, Wid } from './whatsapp-page.ts';

declare const window: PageWindow;

/** Opens our corner: reports gathered for a moment and sent as one, and what the page's models say in plain data. */
export function openCorner(): void {
  const FLUSH_AFTER_MS = 25;
  const NOTIFICATIONS = [
    'gp2', 'e2e_notification', 'notification', 'notification_template', 'broadcast_notification', 'protocol', 'call_log',
    'ciphertext', 'revoked', 'debug', 'newsletter_notification', 'album', // the pictures of an album come one by one
  ];
  const pending: { acks: PageAck[]; received: PageMessage[]; noticed: PageNotice[] } = { acks: [], received: [], noticed: [] };
  const TRY_EVERY_MS = 100;
  let flushTimer: unknown;

  const flush = (): void => {
    flushTimer = undefined;
    const json = JSON.stringify(pending);
    pending.acks = [];
    pending.received = [];
    pending.noticed = [];
    void window.blazzReport?.(json);
  };

  const jidOf = (wid: Wid | string | undefined): string =>
    (wid === undefined ? '' : wid.toString()).replace('@s.whatsapp.net', '@c.us');

  const phoneOf = (wid: Wid | string): string | null => {
    if (!jidOf(wid).endsWith('@lid')) return null;
    try {
      const lid = window.require('WAWebWidFactory').createWid(jidOf(wid));
      return jidOf(window.require('WAWebApiContact').getPhoneNumber?.(lid)) || null;
    } catch {
      return null; // this build does not tell
    }
  };

  const mediaOf = (message: MsgModel): PageMessage['media'] =>
    message.directPath
      ? {
          mimetype: message.mimetype ?? 'application/octet-stream',
          filename: message.filename ?? null,
          bytes: message.size ?? 0,
          sha256: message.filehash ?? '',
        }
      : null;

  Object.assign(window, {
    blazzCorner: {
      lastFrameAt: null,
      whenLoaded: [],
      whenInjected: [],
      report(kind: keyof typeof pending, item: never) {
        pending[kind].push(item);
        flushTimer ??= setTimeout(flush, FLUSH_AFTER_MS);
      },
      whenThere(attach: () => void) {
        const attempt = (): void => {
          try {
            attach();
          } catch {
            setTimeout(attempt, TRY_EVERY_MS);
          }
        };
        window.blazzCorner.whenLoaded.push(attempt);
      },
      isNotification: (type: string) => NOTIFICATIONS.includes(type),
      jidOf,
      phoneOf,
      ackOf: (message: MsgModel, ack: number): PageAck => ({ wireId: message.id.id, jid: jidOf(message.id.remote), phoneJid: phoneOf(message.id.remote), ack }),
      describe: (message: MsgModel): PageMessage => ({
        wireId: message.id.id,
        jid: jidOf(message.id.remote),
        author: jidOf(message.author) || null,
        senderName: message.notifyName ?? null,
        type: message.type,
        text: window.blazzCorner.textOf(message),
        replyToWireId: message.quotedStanzaID ?? null,
        t: message.t,
        media: mediaOf(message),
        ...window.blazzCorner.extrasOf(message),
      }),
      within: <T>(promise: Promise<T>, timeoutMs: number): Promise<T> => {
        let timer: NodeJS.Timeout;
        const timeout = new Promise<never>((_, reject) => {
          timer = setTimeout(() => reject(new Error(`No answer within ${timeoutMs} ms`)), timeoutMs);
        });
        return Promise.race([promise, timeout]).finally(() => clearTimeout(timer));
      },
    },
  });
}
