import type { Account } from '../accounts/account.ts';
import type { Directory } from '../accounts/directory.ts';
import { userJid } from '../numbers.ts';
import type { PageConnection } from '../page-server/page-connection.ts';

/** Which pages asked to be told when a phone comes and goes. Ends with their connection. */
export interface PresenceBoard {
  /** Told at once as well; a group has no presence. */
  watch(connection: PageConnection, number: string): void;
  /** The phone came or went. */
  note(account: Account): void;
}

export function makePresenceBoard(directory: Directory): PresenceBoard {
  const watchers = new Map<string, Set<PageConnection>>();

  const tell = (connection: PageConnection, { number, online }: Account): void =>
    connection.send({ t: 'presence', chat: userJid(number), online, seenAt: Date.now() });

  return {
    watch(connection, number) {
      const account = directory.find(number);
      if (!account) return;
      const open = [...(watchers.get(number) ?? [])].filter(({ isOpen }) => isOpen);
      watchers.set(number, new Set([...open, connection]));
      tell(connection, account);
    },
    note(account) {
      for (const connection of watchers.get(account.number) ?? []) if (connection.isReachable) tell(connection, account);
    },
  };
}
