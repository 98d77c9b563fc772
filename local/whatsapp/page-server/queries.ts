import type { Account } from '../accounts/account.ts';
import type { Directory } from '../accounts/directory.ts';
import type { LinkDesk } from '../accounts/link-desk.ts';
import type { History } from '../messages/history.ts';
import { addressOf, lidOf, userJid } from '../numbers.ts';
import type { QueryFrame } from './frames.ts';
import type { PageConnection } from './page-connection.ts';

/** Answers a page's question; `account` is undefined while the page is not linked. */
export type Queries = (connection: PageConnection, account: Account | undefined, frame: QueryFrame) => void;

export function makeQueries(directory: Directory, linkDesk: LinkDesk, history: History): Queries {
  const person = (jid: string) => {
    const account = directory.find(addressOf(jid));
    return account ? { jid: userJid(account.number), lid: lidOf(account.number), name: account.name } : null;
  };

  const group = (id: string) => {
    const found = directory.findGroup(id);
    return found ? { ...found, admin: userJid(found.admin), members: found.members.map(userJid) } : null;
  };

  return (connection, account, { id, op, subject }) => {
    const answer = (value: unknown): void => connection.send({ t: 'r', id, ok: value });
    switch (op) {
      case 'exists':
        return answer(person(subject));
      case 'group':
        return answer(group(subject));
      case 'pairing-code': {
        const number = addressOf(subject);
        return answer(directory.find(number) ? linkDesk.issueCode(connection, number) : null);
      }
      case 'history':
        // The phone itself answers, so an offline one leaves the page without an answer.
        return account?.online ? answer(history.ofChat(account, addressOf(subject))) : undefined;
      case 'recent-history':
        return account?.online ? answer(history.recent(account)) : undefined;
    }
  };
}
