import { Collection } from './collection.js';
import { contactFor } from './contacts.js';
import { Model } from './model.js';
import { MsgKey } from './msg-key.js';
import { line } from './session.js';
import { createWid } from './wid.js';

/** The messages of one chat. Their events belong to the collection of all messages. */
class ChatMsgs extends Collection {
  adopt() {}
}

class ChatModel extends Model {
  #msgs = new ChatMsgs();

  get formattedTitle() {
    return this.groupMetadata?.subject ?? contactFor(this.id).formattedName;
  }

  get name() {
    return this.formattedTitle;
  }

  get contact() {
    return contactFor(this.id);
  }

  get msgs() {
    return this.#msgs;
  }

  get isGroup() {
    return this.id.isGroup();
  }

  serialize() {
    const { groupMetadata, ...attributes } = this;
    return { ...attributes, name: this.name, isGroup: this.isGroup, msgs: this.#msgs.getModelsArray() };
  }

  /** Clients hand the model itself over to Node. */
  toJSON() {
    return { id: this.id, name: this.name, unreadCount: this.unreadCount, t: this.t };
  }
}

class ChatCollection extends Collection {
  find(id) {
    return findOrCreateChat(createWid(id));
  }
}

export const Chat = new ChatCollection();

class GroupMetadataModel extends Model {
  serialize() {
    return { ...this, participants: this.participants.map((participant) => ({ ...participant })) };
  }
}

class GroupMetadataCollection extends Collection {
  async update(id) {
    const metadata = await loadGroup(createWid(id));
    this.add(metadata);
    return metadata;
  }

  find(id) {
    return this.update(id);
  }
}

export const GroupMetadata = new GroupMetadataCollection();

async function loadGroup(wid) {
  const group = await line.ask('group', wid.toString());
  if (!group) throw new Error(`There is no group ${wid}`);
  return new GroupMetadataModel({
    id: wid,
    subject: group.subject,
    owner: createWid(group.admin),
    creation: Math.floor(group.createdAt / 1000),
    announce: false,
    participants: group.members.map((member) => ({
      id: createWid(member),
      isAdmin: member === group.admin,
      isSuperAdmin: member === group.admin,
    })),
  });
}

const newChat = (id) =>
  new ChatModel({
    id,
    t: 0,
    unreadCount: 0,
    archive: false,
    pin: 0,
    isReadOnly: false,
    isLocked: false,
    mute: { expiration: 0 },
    muteExpiration: 0,
    endOfHistoryTransferType: 0, // the phone has more
    lastReceivedKey: undefined,
  });

/** The chat, made if need be. A group's members are asked for in passing. */
export function chatFor(wid) {
  const existing = Chat.get(wid);
  if (existing) return existing;
  const chat = newChat(wid);
  Chat.add(chat);
  if (wid.isGroup()) void attachGroup(chat);
  return chat;
}

async function attachGroup(chat) {
  try {
    chat.groupMetadata = await GroupMetadata.update(chat.id);
  } catch {
    chat.groupMetadata = undefined; // asked for again when the chat is opened
  }
}

export async function findOrCreateChat(wid) {
  const chat = chatFor(wid);
  if (wid.isGroup() && !chat.groupMetadata) chat.groupMetadata = await GroupMetadata.update(wid);
  return chat;
}

export const chatToRow = (chat) => ({
  id: chat.id.toString(),
  t: chat.t,
  unreadCount: chat.unreadCount,
  archive: chat.archive,
  pin: chat.pin,
  muteExpiration: chat.muteExpiration,
  lastReceivedKey: chat.lastReceivedKey?.toString(),
});

export function restoreChat({ id, lastReceivedKey, ...attributes }) {
  const chat = newChat(createWid(id));
  Object.assign(chat, attributes, { mute: { expiration: attributes.muteExpiration } });
  if (lastReceivedKey) chat.lastReceivedKey = MsgKey.fromString(lastReceivedKey);
  Chat.add(chat);
  return chat;
}
