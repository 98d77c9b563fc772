import type { PageWindow } from './whatsapp-page.ts';

declare const window: PageWindow;

/** Modules of the page without which the library or we cannot start, send or hear; from whatsapp-web.md's table. */
export const NEEDED_MODULES: readonly string[] = [
  'WAWebSocketModel', 'WAWebCmd', 'WAWebConnModel', 'WAWebOfflineHandler', 'WAWebUserPrefsMeUser', 'WAWebCollections',
  'WAWebMsgKey', 'WAWebWidFactory', 'WAWebSyncGatingUtils', 'WAWebCallCollection', 'WAWebFindChatAction', 'WAWebStreamModel',
  'WAWebChatGetters', 'WAWebSendMsgChatAction', 'WAWebQueryExistsJob', 'WAWebApiContact', 'WAWebMsgReply',
  'WAWebUpdateUnreadChatAction', 'WAWebMediaStorage', 'WAWebPrepRawMedia',
];

/** Runs in the page: which of these it does not have. */
export const missingOf = (names: readonly string[]): string[] =>
  names.filter((name) => {
    try {
      return !(window.require as (name: string) => unknown)(name);
    } catch {
      return true;
    }
  });
