import type { Account, Link } from '../accounts/account.ts';
import type { Directory } from '../accounts/directory.ts';
import type { CopyRecords } from '../messages/copy-records.ts';
import type { DeliveryRecords } from '../messages/delivery-records.ts';
import type { History } from '../messages/history.ts';
import type { Receipts } from '../messages/receipts.ts';
import { lidOf } from '../numbers.ts';
import type { SettingsStore } from '../settings.ts';
import type { Journal } from '../storage/journal.ts';
import type { LoginFrame } from './frames.ts';
import type { PageConnection } from './page-connection.ts';
import type { Switchboard } from './switchboard.ts';

export interface LoginOptions {
  readonly directory: Directory;
  readonly switchboard: Switchboard;
  readonly copies: CopyRecords;
  readonly deliveries: DeliveryRecords;
  readonly receipts: Receipts;
  readonly history: History;
  readonly settings: SettingsStore;
  readonly journal: Journal;
}

/** A page proves its link and gets all it missed: receipts first, then messages that waited. */
export type Login = (connection: PageConnection, frame: LoginFrame) => void;

const MAX_REPLAYED_RECEIPTS = 10_000;
const DELIVERIES_PER_FRAME = 500;

export function makeLogin(options: LoginOptions): Login {
  const { directory, switchboard } = options;
  return (connection, frame) => {
    const account = directory.find(frame.number);
    const link = directory.findLink(frame.number, frame);
    if (!account || !link) return deny(connection, account?.banned ? 'banned' : 'unlinked');
    if (account.faults.has('outdated')) return deny(connection, 'outdated');

    const older = switchboard.attach(connection, link);
    older?.send({ t: 'conflict' });
    older?.close();
    if (link.build !== connection.build) directory.updateLink(link, { build: connection.build });
    welcome(options, connection, account, link, frame);
  };
}

const deny = (connection: PageConnection, reason: 'banned' | 'unlinked' | 'outdated'): void =>
  connection.send({ t: 'denied', reason });

function welcome(
  { settings, copies, receipts, history, deliveries }: LoginOptions,
  connection: PageConnection,
  account: Account,
  link: Link,
  frame: LoginFrame,
): void {
  const { syncMs, keepaliveMs } = settings.current;
  const me = { number: account.number, lid: lidOf(account.number), name: account.name };
  const known = frame.isFresh ? [] : copies.receiptsAfter(account.number, frame.receipts, MAX_REPLAYED_RECEIPTS);
  // The page must see what happened to its messages before it sends any of them again.
  const accepted = known.map(({ wireId, ack }) => [wireId, ack]);
  connection.send({ t: 'ok', me, syncMs, keepaliveMs, accepted, r: copies.lastReceiptNumber() });
  if (frame.isFresh) connection.send({ t: 'history', m: history.recent(account) });
  receipts.reach(account, copies.listWaiting(account.number));
  deliverWaiting(deliveries, connection, link);
  if (account.faults.has('hang')) connection.send({ t: 'do', what: 'hang' });
  if (link.modalDeadline !== undefined) connection.send({ t: 'do', what: 'modal' });
  connection.isSilent = account.faults.has('silent');
}

function deliverWaiting(deliveries: DeliveryRecords, connection: PageConnection, link: Link): void {
  for (let after = 0; ; ) {
    const waiting = deliveries.listAfter(link.id, after, DELIVERIES_PER_FRAME);
    for (const { seq, item } of waiting) connection.addItem(seq, item);
    connection.flush();
    after = waiting.at(-1)?.seq ?? after;
    if (waiting.length < DELIVERIES_PER_FRAME) return;
  }
}
