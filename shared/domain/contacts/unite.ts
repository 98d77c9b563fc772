import type { Contact } from './contact.ts';
import { joined } from './identities.ts';

/**
 * Two that turned out to be one. In whichever order many are united, the oldest stays, and no identity, attribute or
 * opt-out is lost. Where both say something, a name somebody gave wins, else the older contact.
 */
export function unite(one: Contact, other: Contact): Contact {
  if (one.id === other.id) return one;
  const [older, younger] = isOlder(one, other) ? [one, other] : [other, one];
  const named = [older, younger].find(({ isNameGiven }) => isNameGiven) ?? [older, younger].find(({ name }) => name !== null);
  const { isForgotten, ...kept } = older;
  return {
    ...kept,
    ...(isForgotten && younger.isForgotten && { isForgotten }),
    name: named?.name ?? null,
    isNameGiven: named?.isNameGiven ?? false,
    identities: joined(younger.identities, older.identities),
    attributes: { ...younger.attributes, ...older.attributes },
    optedOut: older.optedOut || younger.optedOut,
    consentAt: Math.max(older.consentAt, younger.consentAt),
    updatedAt: Math.max(older.updatedAt, younger.updatedAt),
  };
}

const isOlder = (one: Contact, other: Contact): boolean =>
  one.createdAt === other.createdAt ? one.id < other.id : one.createdAt < other.createdAt;

/** All of them as one; `undefined` if there are none. */
export const uniteAll = (contacts: readonly Contact[]): Contact | undefined =>
  contacts.length === 0 ? undefined : contacts.reduce(unite);
