import type { MsgModel, PageWindow, Wid } from './whatsapp-page.ts';

declare const window: PageWindow;

/** What the page knows: messages by wire id, acks, what came in lately, and more from the phone if asked. */
export function lookUp(): void {
  const corner = window.blazzCorner;
  const ON_DEMAND_HISTORY = 3;
  const FULL_ON_DEMAND_HISTORY = 6; // an assumption: the protocol has it (FULL_HISTORY_SYNC_ON_DEMAND), nobody has reported how phones answer

  /** A person's chat goes by phone or by lid. */
  const addressesOf = (jid: string): string[] => {
    const wid = window.require('WAWebWidFactory').createWid(jid);
    try {
      const { getCurrentLid, getPhoneNumber } = window.require('WAWebApiContact');
      const other = wid.isLid() ? getPhoneNumber?.(wid) : getCurrentLid?.(wid);
      return other ? [jid, corner.jidOf(other)] : [jid];
    } catch {
      return [jid]; // this build does not tell
    }
  };

  /** The key of a message says by which address its chat goes; of a group's own messages it names us. */
  const keysOf = (jid: string, wireId: string, fromMe: boolean): string[] => {
    const { getMaybeMePnUser, getMaybeMeLidUser } = window.require('WAWebUserPrefsMeUser');
    if (jid.endsWith('@g.us')) {
      const us = [getMaybeMePnUser(), getMaybeMeLidUser()].filter((me): me is Wid => me !== undefined);
      return us.map((me) => `${fromMe}_${jid}_${wireId}_${corner.jidOf(me)}`);
    }
    return addressesOf(jid).map((each) => `${fromMe}_${each}_${wireId}`);
  };

  const findMessage = async (jid: string, wireId: string, fromMe: boolean): Promise<MsgModel | undefined> => {
    const { Msg } = window.require('WAWebCollections');
    const keys = keysOf(jid, wireId, fromMe);
    const loaded = keys.map((key) => Msg.get(key)).find(Boolean);
    return loaded ?? (await Msg.getMessagesById(keys))?.messages?.find(Boolean);
  };

  const newest = (limit: number, wanted: (message: MsgModel) => boolean): MsgModel[] =>
    window
      .require('WAWebCollections')
      .Msg.getModelsArray()
      .filter(wanted)
      .sort((a, b) => a.t - b.t)
      .slice(-limit);

  Object.assign(corner, {
    keysOf,
    findMessage,
    acksOf: (messages: { jid: string; wireId: string }[]) =>
      Promise.all(messages.map(async ({ jid, wireId }) => (await findMessage(jid, wireId, true))?.ack ?? null)),

    async syncHistory(jid: string, timeoutMs: number): Promise<boolean> {
      const { Chat } = window.require('WAWebCollections');
      const wid = window.require('WAWebWidFactory').createWid(jid);
      const ask = async (): Promise<boolean> => {
        const chat = Chat.get(wid) ?? (await Chat.find(wid));
        if (chat?.endOfHistoryTransferType !== 0) return false;
        await window.require('WAWebSendNonMessageDataRequest').sendPeerDataOperationRequest(ON_DEMAND_HISTORY, { chatId: chat.id });
        return true;
      };
      return corner.within(ask(), timeoutMs).catch(() => false);
    },

    haveWritten(jids: readonly string[]): boolean[] {
      const incoming = newest(Infinity, ({ id, type }) => !id.fromMe && !corner.isNotification(type));
      const writers = new Set(incoming.map(({ id }) => corner.jidOf(id.remote)));
      return jids.map((jid) => addressesOf(jid).some((address) => writers.has(address)));
    },

    /** All chats at once first: the page cannot know which it lacks. */
    async syncNewestChats(limit: number, timeoutMs: number): Promise<boolean> {
      const askForAll = async () => {
        await window.require('WAWebSendNonMessageDataRequest').sendPeerDataOperationRequest(FULL_ON_DEMAND_HISTORY, {});
        return true;
      };
      const hasAnswered = await corner.within(askForAll(), timeoutMs).catch(() => false);
      const chats = window.require('WAWebCollections').Chat.getModelsArray().sort((a, b) => (b.t ?? 0) - (a.t ?? 0)).slice(0, limit);
      const answers = await Promise.all(chats.map(({ id }) => corner.syncHistory(corner.jidOf(id), timeoutMs)));
      return hasAnswered || answers.includes(true);
    },

    recentAcks: (limit: number) => newest(limit, ({ id, ack }) => id.fromMe && ack > 0).map((message) => corner.ackOf(message, message.ack)),

    recentReceived: (sinceSeconds: number, limit: number) =>
      newest(limit, ({ id, t, type }) => !id.fromMe && t >= sinceSeconds && !corner.isNotification(type)).map(corner.describe),
  });
}
