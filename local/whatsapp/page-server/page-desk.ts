import type { Account, Link } from '../accounts/account.ts';
import type { Directory } from '../accounts/directory.ts';
import type { LinkDesk } from '../accounts/link-desk.ts';
import type { CopyRecords } from '../messages/copy-records.ts';
import type { DeliveryRecords } from '../messages/delivery-records.ts';
import type { LateSends } from '../messages/late-sends.ts';
import type { Origin, PostOffice } from '../messages/post-office.ts';
import type { PresenceBoard } from '../messages/presence-board.ts';
import type { Receipts } from '../messages/receipts.ts';
import type { TypingBoard } from '../messages/typing-board.ts';
import { ACK } from '../messages/message.ts';
import { addressOf } from '../numbers.ts';
import type { SettingsStore } from '../settings.ts';
import type { Journal } from '../storage/journal.ts';
import { PageFrame } from './frames.ts';
import type { Login } from './login.ts';
import type { PageConnection } from './page-connection.ts';
import type { Queries } from './queries.ts';
import type { Switchboard } from './switchboard.ts';

export interface PageDeskOptions {
  readonly directory: Directory;
  readonly linkDesk: LinkDesk;
  readonly login: Login;
  readonly postOffice: PostOffice;
  readonly receipts: Receipts;
  readonly copies: CopyRecords;
  readonly deliveries: DeliveryRecords;
  readonly lateSends: LateSends;
  readonly typing: TypingBoard;
  readonly presence: PresenceBoard;
  readonly queries: Queries;
  readonly switchboard: Switchboard;
  readonly settings: SettingsStore;
  readonly journal: Journal;
}

/** Acts on the frames of one connection. A frame that makes no sense ends the connection. */
export type FrameHandler = (connection: PageConnection, text: string) => void;

export function makeFrameHandler(options: PageDeskOptions): FrameHandler {
  return (connection, text) => {
    if (connection.isSilent) return;
    const frame = parseFrame(text);
    if (!frame) return connection.drop();
    const { link } = connection;
    const account = link && options.directory.find(link.number);
    if (account) return handleLinked(options, { connection, account, link }, frame);
    handleUnlinked(options, connection, frame);
  };
}

function parseFrame(text: string): PageFrame | undefined {
  try {
    return PageFrame.parse(JSON.parse(text));
  } catch {
    return undefined; // not JSON, or not a frame we know
  }
}

function handleUnlinked({ linkDesk, login, queries, lateSends }: PageDeskOptions, connection: PageConnection, frame: PageFrame) {
  if (frame.t === 'hello') linkDesk.startRound(connection, frame.keys);
  if (frame.t === 'login') login(connection, frame);
  if (frame.t === 'm') lateSends.note(connection, frame.id);
  if (frame.t === 'q' && frame.op === 'pairing-code') queries(connection, undefined, frame);
}

interface Line {
  readonly connection: PageConnection;
  readonly account: Account;
  readonly link: Link;
}

function handleLinked(options: PageDeskOptions, { connection, account, link }: Line, frame: PageFrame): void {
  switch (frame.t) {
    case 'm':
      return acceptMessage(options, { link, login: connection.login }, frame);
    case 'got':
      return options.deliveries.confirm(link.id, frame.s);
    case 'read':
      return options.receipts.read(account, options.copies.listBelow(account.number, ACK.read, addressOf(frame.chat)));
    case 'typing':
      return options.typing.note(account.number, addressOf(frame.to), frame.state);
    case 'watch':
      return options.presence.watch(connection, addressOf(frame.to));
    case 'ping':
      return connection.send({ t: 'pong' });
    case 'q':
      return options.queries(connection, account, frame);
    case 'logout':
      return logOut(options, connection, link);
    case 'dismissed':
      return options.directory.updateLink(link, { modalDeadline: undefined });
    case 'login':
      return options.login(connection, frame);
    case 'hello':
      return connection.drop();
  }
}

function acceptMessage(
  { postOffice }: PageDeskOptions,
  origin: Origin,
  { id, to, type, body, c }: Extract<PageFrame, { t: 'm' }>,
): void {
  const recipient = addressOf(to);
  const message = { wireId: id, sender: origin.link.number, recipient, type, body, content: c, sentAt: Date.now() };
  postOffice.accept(message, origin);
}

function logOut({ directory, switchboard, journal }: PageDeskOptions, connection: PageConnection, link: Link): void {
  directory.endLink(link);
  switchboard.detach(connection);
  journal.afterCommit(() => connection.close());
}
