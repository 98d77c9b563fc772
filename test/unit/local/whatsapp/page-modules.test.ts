import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';

const ROOT = path.join(import.meta.dirname, '../../../..');
const LIBRARY = path.join(ROOT, 'node_modules/whatsapp-web.js/src');
const PAGE = path.join(ROOT, 'local/whatsapp/page');

/** Modules the library names in code that nothing of ours runs. A module we come to use leaves this list. */
const UNUSED = [
  // channels and status
  'WAWebChangeNewsletterOwnerAction', 'WAWebDemoteNewsletterAdminAction', 'WAWebEditNewsletterMetadataAction',
  'WAWebLoadNewsletterPreviewChatAction', 'WAWebMexAcceptNewsletterAdminInviteJob',
  'WAWebMexFetchNewsletterSubscribersJob', 'WAWebMexRevokeNewsletterAdminInviteJob', 'WAWebMsgDataFromModel',
  'WAWebNewsletterCreateQueryJob', 'WAWebNewsletterDeleteAction', 'WAWebNewsletterDemoteAdminJob',
  'WAWebNewsletterDirectorySearchAction', 'WAWebNewsletterGatingUtils', 'WAWebNewsletterMetadataQueryJob',
  'WAWebNewsletterModelUtils', 'WAWebNewsletterSendMessageJob', 'WAWebNewsletterSendMsgAction',
  'WAWebNewsletterSubscribeAction', 'WAWebNewsletterSubscriberListAction', 'WAWebNewsletterUnsubscribeAction',
  'WAWebNewsletterUpdateMsgsRecordsJob', 'WAWebNewsletterUpdateUserSettingJob', 'WAWebMediaUpdateMsg',
  'WAWebRevokeStatusAction', 'WAWebSendStatusMsgAction', 'WAWebStatusGatingUtils',
  // running a group
  'WASmaxGroupsAddParticipantsRPC', 'WASmaxGroupsMembershipRequestsActionRPC',
  'WAWebApiMembershipApprovalRequestStore', 'WAWebExitGroupAction', 'WAWebGroupCreateJob', 'WAWebGroupInviteJob',
  'WAWebGroupInviteV4Job', 'WAWebGroupModifyInfoJob', 'WAWebGroupQueryJob', 'WAWebJidToWid',
  'WAWebMexFetchGroupInviteCodeJob', 'WAWebModifyParticipantsGroupAction', 'WAWebSetPropertyGroupAction',
  'WAWebWidToJid', 'WAJids',
  // business catalogues, orders, bots, notes, labels
  'WAWebBizGatingUtils', 'WAWebBizOrderBridge', 'WAWebBizProductCatalogBridge', 'WAWebBotMessageSecret',
  'WAWebBotProfileCollection', 'WAWebNoteAction',
  // calls and events
  'WADeprecatedSendIq', 'WAWap', 'WAWebGenerateEventCallLink', 'WAWebSendEventEditMsgAction',
  'WAWebSendEventResponseMsgAction',
  // pinning, clearing, deleting, searching and settings of chats
  'WAWebChatClearBridge', 'WAWebChatMessageSearch', 'WAWebChatSendMessages', 'WAWebDeleteChatAction',
  'WAWebDrawerManager', 'WAWebPinInChatSchema', 'WAWebPinMsgConstants', 'WAWebSendPinMessageAction',
  'WAWebUserPrefsGeneral', 'WAWebUserPrefsNotifications', 'WAWebApiMessageInfoStore', 'WAWebApiDeviceList',
  // the address book and our own profile
  'WAPhoneFindCC', 'WAWebBlockContactAction', 'WAWebBlockContactUtils', 'WAWebCountriesNativeCountryNames',
  'WAWebDeleteContactAction', 'WAWebL10N', 'WAWebPhoneUtils', 'WAWebSaveContactAction', 'WAWebSetPushnameConnAction',
];

const sources = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.js'))
    .map((file) => readFileSync(path.join(folder, file), 'utf8'));

const required = new Set(
  sources(LIBRARY).flatMap((text) => [...text.matchAll(/(?:require\(|module:)\s*'(WA\w+)'/g)].map(([, name]) => name)),
);
const offered = new Set(
  sources(PAGE).flatMap((text) => [...text.matchAll(/^ {2}(WA\w+)[:,]/gm)].map(([, name]) => name)),
);

describe('the modules of the simulated page', () => {
  it('cover all the library names, except those nothing of ours runs', () => {
    expect(required.size).toBeGreaterThan(120); // else the pattern no longer finds them
    expect(required.difference(offered)).toEqual(new Set(UNUSED));
  });
});
