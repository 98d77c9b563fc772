import type { Switchboard } from '../page-server/switchboard.ts';
import type { Account, Link } from './account.ts';
import type { Directory } from './directory.ts';

export interface Unlinking {
  /** From the phone's list of linked devices: the page is told and logs itself out. */
  unlink(link: Link): 1;
  /** Answers how many there were. */
  unlinkAll(account: Account): number;
  ban(account: Account): void;
  /** Ends links whose dialog was not dismissed in time. */
  endOverdue(now: number): void;
}

export function makeUnlinking(directory: Directory, switchboard: Switchboard): Unlinking {
  const end = (link: Link, reason: 'unlinked' | 'banned'): void => {
    const connection = switchboard.find(link);
    directory.endLink(link);
    connection?.send({ t: 'denied', reason });
    if (connection) switchboard.detach(connection);
  };

  return {
    unlink(link) {
      end(link, 'unlinked');
      return 1;
    },
    unlinkAll(account) {
      const count = account.links.size;
      for (const link of account.links.values()) end(link, 'unlinked');
      return count;
    },
    ban(account) {
      directory.update(account, { banned: true });
      for (const link of account.links.values()) end(link, 'banned');
    },
    endOverdue(now) {
      for (const account of directory.accounts) {
        for (const link of account.links.values()) {
          if (link.modalDeadline !== undefined && link.modalDeadline <= now) end(link, 'unlinked');
        }
      }
    },
  };
}
