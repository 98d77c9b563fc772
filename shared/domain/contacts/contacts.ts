import type { Page, PageRequest } from '../page.ts';
import type { Contact } from './contact.ts';

export interface ContactFilter {
  readonly optedOut?: boolean;
  /** Starts of words of the name, or of a number. */
  readonly search?: string;
}

/** Whom a change is about: all of whom any of this is known. */
export interface About {
  readonly contactId?: string;
  readonly identities: readonly string[];
}

export type Decide = (found: readonly Contact[]) => Contact | undefined;

export interface Changed {
  /** As it is now; `undefined` if there is none. */
  readonly contact: Contact | undefined;
  /** Those that went into it by this very call. */
  readonly merged: readonly Contact[];
  readonly isNew: boolean;
  readonly hasChanged: boolean;
}

/** The people a workspace knows. An identity (a number, a lid, a business-scoped user id) is one contact's at any time. */
export interface Contacts {
  /** Throws `contact_not_found`. Somebody who was merged into another is found as that one. */
  get(workspaceId: string, contactId: string): Promise<Contact>;
  /**
   * Whose each of these identities is; those that nobody has are left out. `isConsistent`: what was written before the
   * call is seen for sure, at twice the price.
   */
  find(workspaceId: string, identities: readonly string[], isConsistent?: boolean): Promise<ReadonlyMap<string, Contact>>;
  /**
   * The one way to write. `decide` gets the contacts concerned, the one with the id first, and says what they come to:
   * one contact that has all their identities, into which the others merge; the very contact it got if nothing
   * changes; `undefined` to leave everything as it is. All is written at once or not at all. If somebody else writes
   * meanwhile, `decide` is asked again. `isProbablyNew` saves the first read, where the caller has just seen that nobody
   * has any of the identities. Throws `contact_not_found` for an id that is nobody's.
   */
  change(workspaceId: string, about: About, decide: Decide, isProbablyNew?: boolean): Promise<Changed>;
  /**
   * Makes many that nobody is thought to have yet, in few writes. `true` at the places of those made; of the others any
   * may be somebody's after all, or its write may have met another: `change` settles them one by one.
   */
  insertMany(contacts: readonly Contact[]): Promise<readonly boolean[]>;
  /**
   * Forgets the contact; chats and messages stay. Of one who opted out that is kept, under their names: `find` and
   * `change` meet a contact that `isForgotten`, `get` and `list` do not. Throws `contact_not_found`.
   */
  remove(workspaceId: string, contactId: string): Promise<void>;
  /** Newest first; with `search`, by the term that was found. */
  list(workspaceId: string, page: PageRequest, filter?: ContactFilter): Promise<Page<Contact>>;
}

/** Who of these peers wants nothing from campaigns. */
export type OptedOutAmong = (workspaceId: string, peers: readonly string[]) => Promise<ReadonlySet<string>>;

export const makeOptedOutAmong = (contacts: Pick<Contacts, 'find'>): OptedOutAmong =>
  async (workspaceId, peers) => {
    const found = await contacts.find(workspaceId, peers, true);
    return new Set(peers.filter((peer) => found.get(peer)?.optedOut === true));
  };

/** Whether a peer, by any of their names, opted out. */
export const makeIsOptedOut = (contacts: Pick<Contacts, 'find'>) =>
  async (workspaceId: string, peer: string): Promise<boolean> => (await makeOptedOutAmong(contacts)(workspaceId, [peer])).has(peer);
export type IsOptedOut = ReturnType<typeof makeIsOptedOut>;
