import type { Chat, ChatFilter, Chats } from '../../../shared/domain/chats/chats.ts';
import type { Contacts } from '../../../shared/domain/contacts/contacts.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import type { Page, PageRequest } from '../../../shared/domain/page.ts';

export interface SearchChatsDeps {
  readonly chats: Pick<Chats, 'ofPeers'>;
  readonly contacts: Pick<Contacts, 'list'>;
}

interface Search extends ChatFilter {
  readonly search: string;
}

/** Where a page begins: how many chats of the first contact were shown already, and where that contact stands. */
interface Position {
  readonly shown: number;
  readonly contactsFrom: string | undefined;
}

/** The chats of the contacts that are found, contact by contact. */
export async function searchChats(deps: SearchChatsDeps, workspaceId: string, { limit, cursor }: PageRequest, search: Search): Promise<Page<Chat>> {
  const position = positionIn(cursor);
  const contacts = await deps.contacts.list(workspaceId, { limit, cursor: position.contactsFrom }, { search: search.search });
  const groups = await Promise.all(contacts.items.map(({ identities }) => deps.chats.ofPeers(workspaceId, identities)));
  const rows: { readonly chat: Chat; readonly contact: number; readonly place: number }[] = [];
  groups.forEach((group, contact) => {
    const wanted = group.filter((chat) => isWanted(chat, search)).toSorted((a, b) => (a.id < b.id ? -1 : 1));
    wanted.forEach((chat, place) => (contact > 0 || place >= position.shown) && rows.push({ chat, contact, place }));
  });
  const items = rows.slice(0, limit).map(({ chat }) => chat);
  const next = rows[limit];
  if (next === undefined) return { items, cursor: contacts.cursor === undefined ? undefined : cursorOf({ shown: 0, contactsFrom: contacts.cursor }) };
  const contactsFrom = await cursorBefore(deps, workspaceId, position.contactsFrom, next.contact, search);
  return { items, cursor: cursorOf({ shown: next.place, contactsFrom }) };
}

const isWanted = (chat: Chat, { sessionId, isUnread }: ChatFilter): boolean =>
  (sessionId === undefined || chat.sessionId === sessionId) && (!isUnread || chat.unreadCount > 0);

/** Contacts tell a cursor only where a page ends, so they are read again up to there. */
async function cursorBefore({ contacts }: SearchChatsDeps, workspaceId: string, cursor: string | undefined, count: number, { search }: Search): Promise<string | undefined> {
  if (count === 0) return cursor;
  return (await contacts.list(workspaceId, { limit: count, cursor }, { search })).cursor;
}

const cursorOf = ({ shown, contactsFrom = '' }: Position): string => `${shown}.${contactsFrom}`;

function positionIn(cursor: string | undefined): Position {
  if (cursor === undefined) return { shown: 0, contactsFrom: undefined };
  const [, shown, contactsFrom] = /^(\d{1,4})\.(.*)$/.exec(cursor) ?? [];
  if (shown !== undefined) return { shown: Number(shown), contactsFrom: contactsFrom || undefined };
  throw new DomainError('invalid', 'invalid_cursor', 'The cursor is not of this list. Start again without one.', {
    fields: [{ path: 'cursor', message: 'must be the `nextCursor` of a page of the same list with the same filters' }],
  });
}
