import type { MsgModel, PageAction, PageOutcome, PageOutgoing, PageWindow } from './whatsapp-page.ts';

declare const window: PageWindow;

/** Reacts to, edits, deletes and forwards messages. */
export function actOnMessages(): void {
  const corner = window.blazzCorner;
  const TARGET_LEAVES_WITHIN_MS = 10_000;
  const HISTORY_WITHIN_MS = 5_000;
  const LOOK_EVERY_MS = 50;
  let wantedId: string | undefined; // the next id that the page draws
  let isOurs = false;

  const takeId = (): string | undefined => {
    const id = wantedId;
    wantedId = undefined;
    return id;
  };

  /** The page draws an id for what it does; for the length of one action it is ours. */
  const drawOurs = (): void => {
    if (isOurs) return;
    isOurs = true;
    const MsgKey = window.require('WAWebMsgKey');
    const [newId, newIdAtOnce] = [MsgKey.newId, MsgKey.newId_DEPRECATED];
    MsgKey.newId = async () => takeId() ?? newId.call(MsgKey);
    if (newIdAtOnce) MsgKey.newId_DEPRECATED = () => takeId() ?? newIdAtOnce.call(MsgKey);
  };

  /** `false`: the page did it under an id of its own. */
  const underId = async (wireId: string, work: () => Promise<unknown>): Promise<boolean> => {
    drawOurs();
    wantedId = wireId;
    try {
      await work();
      return wantedId !== wireId;
    } finally {
      if (wantedId === wireId) wantedId = undefined;
    }
  };

  const find = async ({ jid, wireId, fromMe }: NonNullable<PageAction['target']>): Promise<MsgModel | undefined> => {
    const known = await corner.findMessage(jid, wireId, fromMe);
    if (known || !(await corner.syncHistory(jid, HISTORY_WITHIN_MS))) return known;
    return corner.findMessage(jid, wireId, fromMe);
  };

  /** WhatsApp knows nothing of what has not left. */
  const hasLeft = async (target: MsgModel, mayGo: () => boolean): Promise<boolean> => {
    const end = performance.now() + TARGET_LEAVES_WITHIN_MS;
    while (target.id.fromMe && target.ack === 0 && mayGo() && performance.now() < end) {
      await new Promise((resolve) => {
        setTimeout(resolve, LOOK_EVERY_MS);
      });
    }
    return !target.id.fromMe || target.ack > 0;
  };

  const refusalOf = (kind: PageAction['kind'], target: MsgModel, withinMs: number | null): PageOutcome | undefined => {
    if (target.type === 'revoked') return ['failed', 'message_deleted', 'The message is deleted'];
    const isLate = withinMs !== null && Date.now() - target.t * 1_000 > withinMs;
    if (isLate) return ['failed', `${kind}_window_closed`, 'WhatsApp does not allow it any more: the message was sent too long ago'];
    const { canEditText, canEditCaption, canSenderRevokeMsg } = window.require('WAWebMsgActionCapability');
    if (kind === 'edit' && !canEditText(target) && !canEditCaption(target)) return ['failed', 'edit_not_possible', 'WhatsApp does not let this message be edited'];
    if (kind === 'delete' && !canSenderRevokeMsg(target)) return ['failed', 'delete_not_possible', 'WhatsApp does not let this message be deleted for everyone'];
    return undefined;
  };

  const revoke = async (target: MsgModel): Promise<unknown> => {
    const { Chat } = window.require('WAWebCollections');
    const chat = Chat.get(target.id.remote) ?? (await Chat.find(target.id.remote));
    if (!chat) throw new Error('The page does not know the chat');
    return window.require('WAWebCmd').Cmd.sendRevokeMsgs(chat, { list: [target], type: 'message' }, { clearMedia: true });
  };

  const forward = async (jid: string, target: MsgModel): Promise<unknown> => {
    const chat = await window.WWebJS.getChat(jid, { getAsModel: false });
    if (!chat) throw new Error('WhatsApp knows no such chat');
    const what = { chat, msgs: [target], multicast: true, includeCaption: true, appendedText: undefined };
    return window.require('WAWebChatForwardMessage').forwardMessages(what);
  };

  const perform = ({ kind, text }: PageAction, jid: string, target: MsgModel): Promise<unknown> => {
    switch (kind) {
      case 'reaction':
        return window.require('WAWebSendReactionMsgAction').sendReactionToMsg(target, text);
      case 'edit':
        return window.WWebJS.editMessage(target, text, {});
      case 'delete':
        return revoke(target);
      case 'forward':
        return forward(jid, target);
    }
  };

  corner.act = async ({ jid, wireId }: PageOutgoing, action: PageAction, mayGo: () => boolean): Promise<PageOutcome> => {
    const { kind, withinMs } = action;
    const target = action.target && (await find(action.target));
    if (!target) return mayGo() ? ['failed', 'message_not_found', 'WhatsApp does not know the message any more'] : ['not-sent'];
    if (kind === 'delete' && target.type === 'revoked') return ['accepted']; // by an owner before us
    if (!(await hasLeft(target, mayGo))) return mayGo() ? ['failed', 'message_not_sent', 'WhatsApp has not taken the message that this is about'] : ['not-sent'];
    const refusal = refusalOf(kind, target, withinMs);
    if (refusal) return refusal;
    if (!mayGo()) return ['not-sent'];
    const isTracked = await underId(wireId, () => perform(action, jid, target));
    if (kind === 'forward' && !isTracked) return ['failed', 'forward_untracked', 'WhatsApp forwarded it under an id of its own: it has left, and nothing is told of its receipts'];
    return ['accepted'];
  };
}
