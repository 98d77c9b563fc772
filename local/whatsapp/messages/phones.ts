import type { Account } from '../accounts/account.ts';
import type { Directory } from '../accounts/directory.ts';
import type { MediaRecords } from '../storage/media-records.ts';
import type { Copy } from './copy.ts';
import type { CopyRecords } from './copy-records.ts';
import type { Message } from './message.ts';
import type { PhoneMessage } from './phone-message.ts';
import { composeMessage } from './phone-message.ts';
import type { PresenceBoard } from './presence-board.ts';
import type { PostOffice } from './post-office.ts';
import type { Receipts } from './receipts.ts';

export interface PhonesOptions {
  readonly directory: Directory;
  readonly copies: CopyRecords;
  readonly media: MediaRecords;
  readonly postOffice: PostOffice;
  readonly receipts: Receipts;
  readonly presence: PresenceBoard;
}

/** How far back a reply or reaction may reach. */
const LOOKUP_DEPTH = 1000;

export interface ReadRequest {
  readonly from?: string | undefined; // digits or a group's jid; everything, without it
  readonly wireIds?: readonly string[] | undefined;
  readonly ack: number;
}

/** What people do on their phones. */
export interface Phones {
  /** `recipient`: digits or a group's jid that exists. */
  write(account: Account, recipient: string, written: PhoneMessage): Message;
  read(account: Account, request: ReadRequest): number;
  setOnline(account: Account, online: boolean): void;
}

export function makePhones({ directory, copies, media, postOffice, receipts, presence }: PhonesOptions): Phones {
  return {
    write(account, recipient, written) {
      const lookup = (wireId: string) =>
        copies.find(account.number, recipient, wireId) ??
        copies.listChat(account.number, recipient, LOOKUP_DEPTH).find((copy) => copy.wireId === wireId);
      const message = composeMessage(written, { sender: account.number, recipient, media, lookup });
      postOffice.accept(message);
      return message;
    },
    read(account, { from, wireIds, ack }) {
      const isMeant = ({ wireId, receivedAt }: Copy) =>
        receivedAt !== undefined && (wireIds === undefined || wireIds.includes(wireId));
      const meant = copies.listBelow(account.number, ack, from).filter(isMeant);
      receipts.read(account, meant, ack);
      return meant.length;
    },
    setOnline(account, online) {
      directory.update(account, { online });
      presence.note(account);
      if (!online) return;
      const waiting = copies.listWaiting(account.number);
      receipts.reach(account, waiting);
      for (const copy of waiting) postOffice.announce(account, copy);
    },
  };
}
