import type { Account } from '../accounts/account.ts';
import type { Directory } from '../accounts/directory.ts';
import type { Faults } from '../accounts/faults.ts';
import type { LinkDesk } from '../accounts/link-desk.ts';
import type { Unlinking } from '../accounts/unlinking.ts';
import type { CopyRecords } from '../messages/copy-records.ts';
import type { DeliveryRecords } from '../messages/delivery-records.ts';
import type { LateSends } from '../messages/late-sends.ts';
import type { LedgerRecords } from '../messages/ledger-records.ts';
import type { Phones } from '../messages/phones.ts';
import type { PostOffice } from '../messages/post-office.ts';
import type { TypingBoard } from '../messages/typing-board.ts';
import { isGroupJid, parseNumber } from '../numbers.ts';
import type { Switchboard } from '../page-server/switchboard.ts';
import type { SettingsStore } from '../settings.ts';
import type { Journal } from '../storage/journal.ts';
import type { MediaRecords } from '../storage/media-records.ts';
import { ControlError } from './control-error.ts';

/** What the control API acts on. */
export interface ControlContext {
  readonly directory: Directory;
  readonly linkDesk: LinkDesk;
  readonly unlinking: Unlinking;
  readonly faults: Faults;
  readonly phones: Phones;
  readonly postOffice: PostOffice;
  readonly typing: TypingBoard;
  readonly copies: CopyRecords;
  readonly ledger: LedgerRecords;
  readonly lateSends: LateSends;
  readonly deliveries: DeliveryRecords;
  readonly media: MediaRecords;
  readonly switchboard: Switchboard;
  readonly settings: SettingsStore;
  readonly journal: Journal;
}

/** Throws a ControlError: 400 if it is no number, naming `field`. */
export function numberIn(text: string, field: string): string {
  const number = parseNumber(text.trim()); // an unescaped `+` in a query arrives as a blank
  if (number === undefined) {
    throw new ControlError(400, 'invalid', `${field}: "${text}" is not an E.164 number of 8 to 15 digits`, field);
  }
  return number;
}

/** Throws a ControlError: 404 if nobody registered the number. */
export function accountOf({ directory }: ControlContext, text: string, field = 'number'): Account {
  const number = numberIn(text, field);
  const account = directory.find(number);
  if (!account) throw new ControlError(404, 'unknown_phone', `${field}: +${number} is not on WhatsApp`, field);
  return account;
}

/** A registered number's digits, or an existing group's jid. Throws a ControlError: 400 or 404. */
export function recipientOf(context: ControlContext, text: string, field: string): string {
  if (!isGroupJid(text)) return accountOf(context, text, field).number;
  if (context.directory.findGroup(text)) return text;
  throw new ControlError(404, 'unknown_group', `${field}: there is no group ${text}`, field);
}
