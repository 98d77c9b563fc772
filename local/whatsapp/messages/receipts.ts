import { type Account, readsAtOnce } from '../accounts/account.ts';
import type { Directory } from '../accounts/directory.ts';
import { chatJid, isGroupJid } from '../numbers.ts';
import type { Switchboard } from '../page-server/switchboard.ts';
import type { Copy } from './copy.ts';
import type { CopyRecords } from './copy-records.ts';
import { ACK } from './message.ts';

export interface Receipts {
  /** The person now holds these messages, and has read them if they read at once. */
  reach(account: Account, copies: readonly Copy[]): void;
  /** The person read (or played) these messages, on the phone or in a linked page. */
  read(account: Account, copies: readonly Copy[], ack?: number): void;
}

/** The levels a sender sees one after another on the way from `old` to `ack`. */
export const levelsBetween = (old: number, ack: number): number[] =>
  Array.from({ length: Math.max(0, ack - old) }, (_, step) => old + 1 + step);

/** Receipts flow back to every page of the sender. */
export function makeReceipts(directory: Directory, copies: CopyRecords, switchboard: Switchboard): Receipts {
  const raise = (copy: Copy, ack: number): void => {
    const receipt = copies.raise(copy, ack);
    const sender = directory.find(copy.sender);
    if (!receipt || !sender) return;
    for (const connection of switchboard.connectionsOf(sender)) {
      const levels = isGroupJid(receipt.chat) ? [receipt.ack] : levelsBetween(copy.ack, receipt.ack);
      connection.addReceipt(copy.wireId, levels, receipt.number);
    }
  };

  return {
    reach(account, waiting) {
      const ack = account.online && readsAtOnce(account) ? ACK.read : ACK.delivered;
      for (const copy of waiting) raise(copy, ack);
    },
    read(account, unread, ack = ACK.read) {
      for (const copy of unread) raise(copy, ack);
      const chats = new Set(unread.map((copy) => (isGroupJid(copy.recipient) ? copy.recipient : copy.sender)));
      for (const connection of switchboard.connectionsOf(account)) {
        for (const chat of chats) connection.send({ t: 'seen', chat: chatJid(chat) });
      }
    },
  };
}
