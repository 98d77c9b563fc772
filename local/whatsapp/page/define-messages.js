import { sendEdit, sendReaction, sendRevoke, sendVote } from './actions.js';
import { pollVoteTableMode, reactionTableMode, votesTable } from './addons.js';
import { findOrCreateChat } from './chats.js';
import { define } from './modules.js';
import { Msg, MsgModel } from './msgs.js';
import { MsgKey } from './msg-key.js';
import { saveChat } from './persistence.js';
import { takeHistory } from './receive.js';
import { addAndSendMsgToChat } from './send.js';
import { Cmd, line, me } from './session.js';
import { asUserWidOrThrow, createWid } from './wid.js';

/** Modules that send, act on, and fetch messages. */

const LINK = /\b(?:https?:\/\/|www\.)[^\s<>"']+/gi;
const MAY_BE_LINK = /https?:|www\./i;

function findLinks(text) {
  if (!text || !MAY_BE_LINK.test(text)) return [];
  return [...text.matchAll(LINK)].map(([url]) => {
    const href = url.startsWith('www.') ? `https://${url}` : url;
    return { href, url, input: text, suspiciousCharacters: new Set() };
  });
}

async function sendSeen({ chat }) {
  if (chat.unreadCount === 0) return;
  chat.set({ unreadCount: 0 });
  line.send({ t: 'read', chat: chat.id.toString() });
  saveChat(chat);
}

const HISTORY_ON_DEMAND = 3;
const FULL_HISTORY_ON_DEMAND = 6;

/** Resolves when the phone's answer is in the collections; rejects if it does not answer, as when it is offline. */
async function sendPeerDataOperationRequest(kind, { chatId }) {
  if (kind === FULL_HISTORY_ON_DEMAND) return takeHistory(await line.ask('recent-history', ''));
  if (kind !== HISTORY_ON_DEMAND) throw new Error(`Peer data operation ${kind} is not supported`);
  takeHistory(await line.ask('history', chatId.toString()));
}

/** What a forwarded message does not take along. */
const LEFT_BEHIND = [
  'author', 'notifyName', 'caption', 'quotedMsg', 'quotedStanzaID', 'quotedParticipant', 'mentionedJidList', 'latestEditMsgKey',
  'latestEditSenderTimestampMs',
];

async function forwardMessages({ chat, msgs, includeCaption }) {
  for (const msg of msgs) {
    const attributes = Object.fromEntries(Object.entries(msg.serialize()).filter(([name]) => !LEFT_BEHIND.includes(name)));
    const id = new MsgKey({ fromMe: true, remote: chat.id, id: await MsgKey.newId() });
    const now = Math.floor(Date.now() / 1000);
    const copy = {
      ...attributes,
      ...(includeCaption && { caption: msg.caption }),
      ...{ id, ack: 0, from: me.wid, to: chat.id, t: now, self: 'out', isNewMsg: true },
      ...{ isForwarded: true, forwardingScore: (msg.forwardingScore ?? 0) + 1 },
    };
    await addAndSendMsgToChat(chat, copy)[1];
  }
}

/** Nothing is fetched here: a page of that name is made up. */
async function getLinkPreview({ href, url }) {
  const { hostname, pathname } = new URL(href);
  return { url, data: { title: `Preview of ${hostname}`, description: pathname, canonicalUrl: href, matchedText: url } };
}

Object.assign(Cmd, {
  async sendRevokeMsgs(_chat, { list }) {
    for (const msg of list) await sendRevoke(msg);
  },
  async sendDeleteMsgs(chat, { list }) {
    for (const msg of list) {
      chat.msgs.remove(msg);
      Msg.remove(msg);
    }
  },
});

const state = (to, name) => line.send({ t: 'typing', to: to.toString(), state: name });

define({
  WAWebWidFactory: { createWid, createWidFromWidLike: createWid, asUserWidOrThrow },
  WAWebMsgKey: MsgKey,
  WAWebSendMsgChatAction: { addAndSendMsgToChat },
  WAWebFindChatAction: { findOrCreateLatestChat: async (wid) => ({ chat: await findOrCreateChat(wid) }) },
  WAWebUpdateUnreadChatAction: { sendSeen },
  WALinkify: { findLink: (text) => findLinks(text)[0], findLinks },
  WAWebLinkPreviewChatAction: { getLinkPreview },
  WAWebGetEphemeralFieldsMsgActionsUtils: { getEphemeralFields: () => ({}) },
  WAWebMsgReply: { canReplyMsg: (msg) => msg.type !== 'revoked' },
  WAWebQuotedMsgModelUtils: {
    getQuotedMsgObj: (msg) => {
      const fromMe = !msg.id.fromMe === msg.quotedParticipant?.equals(msg.to);
      const id = new MsgKey({ fromMe, remote: msg.id.remote, id: msg.quotedStanzaID });
      return Msg.get(id) ?? new MsgModel({ ...msg.quotedMsg, id, from: msg.quotedParticipant, to: msg.from, t: msg.t });
    },
  },
  WAWebSendMessageEditAction: { sendMessageEdit: sendEdit },
  WAWebSendReactionMsgAction: { sendReactionToMsg: sendReaction },
  WAWebPollsSendVoteMsgAction: { sendVote },
  WAWebPollsVotesSchema: { getTable: votesTable },
  WAWebAddonReactionTableMode: { reactionTableMode },
  WAWebAddonPollVoteTableMode: { pollVoteTableMode },
  WAWebMsgActionCapability: {
    canSenderRevokeMsg: (msg) => msg.id.fromMe && msg.type !== 'revoked',
    canAdminRevokeMsg: () => false,
    canEditText: (msg) => msg.id.fromMe && msg.type === 'chat',
    canEditCaption: (msg) => msg.id.fromMe && Boolean(msg.caption),
    canStarMsg: () => false,
  },
  WAWebSendNonMessageDataRequest: { sendPeerDataOperationRequest },
  WAWebChatLoadMessages: { loadEarlierMsgs: async () => [] },
  WAWebChatForwardMessage: { forwardMessages },
  WAWebChatStateBridge: {
    sendChatStateComposing: async (to) => state(to, 'typing'),
    sendChatStateRecording: async (to) => state(to, 'recording'),
    sendChatStatePaused: async (to) => state(to, 'stop'),
  },
  WAWebBackendJobsCommon: { mediaTypeFromProtobuf: () => null },
  WAWebE2EProtoUtils: { typeAttributeFromProtobuf: () => 'text' },
});
