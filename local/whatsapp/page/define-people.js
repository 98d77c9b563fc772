import { Collection } from './collection.js';
import { Chat, GroupMetadata } from './chats.js';
import { Contact, lidOf, lookUp, phoneOf } from './contacts.js';
import { define } from './modules.js';
import { Msg } from './msgs.js';
import { Presence } from './presence.js';
import { me } from './session.js';

/** Modules about chats, groups and people. */

const collections = {
  Msg,
  Chat,
  Contact,
  Presence,
  GroupMetadata,
  WAWebGroupMetadataCollection: GroupMetadata,
  Blocklist: new Collection(),
  Label: new Collection(),
  ProfilePicThumb: new Collection(),
  Status: new Collection(),
  BusinessProfile: new Collection(),
  WAWebNewsletterCollection: new Collection(),
};

const vcardFromContactModel = (contact) => {
  const { user } = phoneOf(contact.id) ?? contact.id;
  const name = contact.formattedName;
  const vcard = `BEGIN:VCARD\nVERSION:3.0\nN:;${name};;;\nFN:${name}\nTEL;type=CELL;waid=${user}:+${user}\nEND:VCARD`;
  return { displayName: name, vcard };
};

const parseVcard = (text) => ({ fn: /^FN:(.*)$/m.exec(text)?.[1]?.trim() });

define({
  WAWebCollections: collections,
  WAWebContactCollection: { ContactCollection: Contact },
  WAWebChatGetters: {
    getIsNewsletter: (chat) => chat.id.isNewsletter(),
    getIsBroadcast: (chat) => chat.id.isBroadcast(),
    getIsGroup: (chat) => chat.id.isGroup(),
  },
  WAWebContactGetters: {
    getIsMe: (contact) => contact.isMe,
    getIsUser: (contact) => contact.id.isUser(),
    getIsGroup: (contact) => contact.id.isGroup(),
    getIsWAContact: () => true,
    getUserid: (contact) => contact.id.user,
    getVerifiedName: () => undefined,
    getVerifiedLevel: () => undefined,
    getStatusMute: () => undefined,
    getName: (contact) => contact.name,
    getShortName: (contact) => contact.name,
    getPushname: (contact) => contact.pushname,
    getIsEnterprise: () => false,
  },
  WAWebFrontendContactGetters: { getIsMyContact: () => false },
  WAWebApiContact: {
    getAlternateUserWid: (wid) => (wid.isLid() ? phoneOf(wid) : lidOf(wid)),
    getCurrentLid: (wid) => (wid.equals(me.wid) ? me.lid : lidOf(wid)),
    getPhoneNumber: (lid) => (lid.equals(me.lid) ? me.wid : phoneOf(lid)),
  },
  WAWebLidMigrationUtils: { toPn: (wid) => phoneOf(wid), toLid: (wid) => lidOf(wid) },
  WAWebQueryExistsJob: { queryWidExists: lookUp },
  WAWebFrontendVcardUtils: { vcardFromContactModel },
  WAWebVcardParsingUtils: { parseVcard },
  WAWebVcardGetNameFromParsed: { vcardGetNameFromParsed: ({ fn }) => fn },
  WAWebContactProfilePicThumbBridge: {
    profilePicFind: async () => undefined,
    requestProfilePicFromServer: async () => undefined,
  },
  WAWebContactStatusBridge: { getStatus: async () => ({ status: 'Hey there! I am using WhatsApp.' }) },
  WAWebFindCommonGroupsContactAction: { findCommonGroups: async () => [] },
});
