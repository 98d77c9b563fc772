import type { Account, Link } from '../accounts/account.ts';
import type { Journal } from '../storage/journal.ts';
import { PageConnection } from './page-connection.ts';
import type { WebSocket } from 'ws';

/** Which page is on which line. At most one connection holds a link. */
export class Switchboard {
  readonly #journal: Journal;
  readonly #byLink = new Map<number, PageConnection>();
  readonly #all = new Set<PageConnection>();
  readonly #pending = new Set<PageConnection>();
  #logins = Date.now() * 1000; // above those of the service before a restart

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  get connectionCount(): number {
    return this.#all.size;
  }

  open(socket: WebSocket, build: string): PageConnection {
    const connection = new PageConnection(socket, build, (pending) => this.#flushSoon(pending));
    this.#all.add(connection);
    return connection;
  }

  /** Gives the line to this connection. Answers the one that held it until now. */
  attach(connection: PageConnection, link: Link): PageConnection | undefined {
    const older = this.#byLink.get(link.id);
    if (older === connection) return undefined;
    if (older) this.#replace(older, link);
    this.#logins += 1;
    connection.login = this.#logins;
    connection.link = link;
    this.#byLink.set(link.id, connection);
    return older;
  }

  /** The connection no longer speaks for its link. */
  detach(connection: PageConnection): void {
    if (connection.link) this.#byLink.delete(connection.link.id);
    connection.link = undefined;
  }

  remove(connection: PageConnection): void {
    this.detach(connection);
    this.#all.delete(connection);
  }

  find(link: Link): PageConnection | undefined {
    return this.#byLink.get(link.id);
  }

  connectionsOf(account: Account): PageConnection[] {
    const connections: PageConnection[] = [];
    for (const link of account.links.values()) {
      const connection = this.#byLink.get(link.id);
      if (connection) connections.push(connection);
    }
    return connections;
  }

  isReachable(account: Account): boolean {
    return this.connectionsOf(account).some(({ isReachable }) => isReachable);
  }

  closeAll(): void {
    for (const connection of this.#all) connection.drop();
  }

  #replace(older: PageConnection, link: Link): void {
    this.detach(older);
    older.replacedOn = link;
  }

  #flushSoon(connection: PageConnection): void {
    if (this.#pending.size === 0) this.#journal.afterCommit(() => this.#flush());
    this.#pending.add(connection);
  }

  #flush(): void {
    const pending = [...this.#pending];
    this.#pending.clear();
    for (const connection of pending) connection.flush();
  }
}
