import type { Account } from '../accounts/account.ts';
import type { Directory } from '../accounts/directory.ts';
import type { SettingsStore } from '../settings.ts';
import type { Copy } from './copy.ts';
import type { CopyRecords } from './copy-records.ts';
import { isAction, type PageItem } from './message.ts';
import { pageItem } from './page-item.ts';

/** What a phone tells its linked pages about the past, whichever of them (or itself) sent it. */
export interface History {
  /** One chat, newest last; `chat` is a person's digits or a group's jid. */
  ofChat(account: Account, chat: string): PageItem[];
  /** The newest of all chats, for a page linked just now, or one that asks. */
  recent(account: Account): PageItem[];
}

export function makeHistory(copies: CopyRecords, directory: Directory, settings: SettingsStore): History {
  const items = (account: Account, found: readonly Copy[]): PageItem[] =>
    found
      .filter(({ type }) => !isAction(type))
      .map((copy) => pageItem(account.number, copy, directory.find(copy.sender)?.name, copy.ack));
  return {
    ofChat: (account, chat) =>
      items(account, copies.listChat(account.number, chat, settings.current.historyLimit)),
    recent: (account) => items(account, copies.listRecent(account.number, settings.current.historyLimit)),
  };
}
