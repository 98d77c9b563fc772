import { randomBytes, randomInt } from 'node:crypto';
import { GROUP_SERVER } from '../numbers.ts';
import type { Account, Group, Link } from './account.ts';
import type { AccountRecords } from './account-records.ts';

export interface LinkProof {
  readonly link: number;
  readonly secret: string;
}

export type AccountPatch = Partial<Pick<Account, 'name' | 'online' | 'autoRead' | 'autoReply' | 'banned'>>;

/** Who exists: registered numbers, their links, and groups. */
export class Directory {
  readonly #records: AccountRecords;
  readonly #accounts = new Map<string, Account>();
  readonly #groups = new Map<string, Group>();

  constructor(records: AccountRecords) {
    this.#records = records;
    const { accounts, groups } = records.load();
    for (const account of accounts) this.#accounts.set(account.number, account);
    for (const group of groups) this.#groups.set(group.id, group);
  }

  get accounts(): IterableIterator<Account> {
    return this.#accounts.values();
  }

  get accountCount(): number {
    return this.#accounts.size;
  }

  get groups(): IterableIterator<Group> {
    return this.#groups.values();
  }

  find(number: string): Account | undefined {
    return this.#accounts.get(number);
  }

  findGroup(id: string): Group | undefined {
    return this.#groups.get(id);
  }

  /** Registering a number again is no error; a name given then replaces the old one. */
  register(number: string, name?: string): { account: Account; isNew: boolean } {
    const existing = this.#accounts.get(number);
    if (existing) {
      if (name !== undefined && name !== existing.name) this.update(existing, { name });
      return { account: existing, isNew: false };
    }
    const account = newAccount(number, name ?? `Phone ${number.slice(-4)}`);
    this.#accounts.set(number, account);
    this.#records.saveAccount(account);
    return { account, isNew: true };
  }

  update(account: Account, patch: AccountPatch): void {
    Object.assign(account, patch);
    this.#records.saveAccount(account);
  }

  /** To be called after `account.faults` was changed. */
  saveFaults(account: Account): void {
    this.#records.saveAccount(account);
  }

  createLink(account: Account, build: string): Link {
    account.generation += 1;
    this.#records.saveAccount(account);
    const link = this.#records.insertLink({
      number: account.number,
      secret: randomBytes(24).toString('base64url'),
      generation: account.generation,
      build,
      linkedAt: Date.now(),
      modalDeadline: undefined,
    });
    account.links.set(link.id, link);
    return link;
  }

  /** The link somebody proves to own. A banned account has none. */
  findLink(number: string, proof: LinkProof): Link | undefined {
    const link = this.#accounts.get(number)?.links.get(proof.link);
    return link && link.secret === proof.secret ? link : undefined;
  }

  updateLink(link: Link, patch: Partial<Pick<Link, 'build' | 'modalDeadline'>>): void {
    Object.assign(link, patch);
    this.#records.updateLink(link);
  }

  endLink(link: Link): void {
    this.#accounts.get(link.number)?.links.delete(link.id);
    this.#records.deleteLink(link);
  }

  createGroup(subject: string, admin: string, members: readonly string[]): Group {
    const id = `1203630${String(randomInt(1e11)).padStart(11, '0')}${GROUP_SERVER}`;
    const group = { id, subject, admin, members: [...new Set([admin, ...members])], createdAt: Date.now() };
    this.#groups.set(id, group);
    this.#records.insertGroup(group);
    return group;
  }

  groupsOf(number: string): Group[] {
    return [...this.#groups.values()].filter(({ members }) => members.includes(number));
  }
}

const newAccount = (number: string, name: string): Account => ({
  number,
  name,
  online: true,
  autoRead: undefined,
  autoReply: undefined,
  banned: false,
  generation: 0,
  faults: new Set(),
  links: new Map(),
});
