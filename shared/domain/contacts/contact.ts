import { currentOf, joined } from './identities.ts';

export type AttributeValue = string | number | boolean;

/** A person a workspace knows, under whatever names: numbers, lids, business-scoped user ids. Times are Unix ms. */
export interface Contact {
  readonly id: string;
  readonly workspaceId: string;
  readonly name: string | null;
  /** `false`: the name is what WhatsApp shows, and may be replaced by what it shows later. */
  readonly isNameGiven: boolean;
  /** Peers, in the order they became known; the last of a type is the current one. At least one, and no one else's. */
  readonly identities: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly optedOut: boolean;
  /** When `optedOut` was last decided: what was said before that changes nothing any more. */
  readonly consentAt: number;
  /** `chat`: it was made because somebody wrote, or was written to. */
  readonly origin: 'api' | 'import' | 'chat';
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Deleted: kept for nothing but the opt-out, in no list and under no id, until they are met again. */
  readonly isForgotten?: true;
}

export const phoneNumberOf = ({ identities }: Pick<Contact, 'identities'>): string | null => currentOf(identities, 'phone');

/** How an import, the API or a chat describes somebody. What is left out stays as it is. */
export interface ContactFacts {
  readonly identities?: readonly string[];
  readonly name?: string | null;
  readonly isNameGiven?: boolean;
  /** `null` takes an attribute away. */
  readonly attributes?: Readonly<Record<string, AttributeValue | null>>;
  readonly optedOut?: boolean;
  readonly at: number; // Unix ms
}

/** The contact with what is new about it. A name somebody gave is not replaced by what WhatsApp shows. */
export function withFacts({ isForgotten: _forgotten, ...contact }: Contact, facts: ContactFacts): Contact {
  const isGiven = facts.isNameGiven ?? false;
  const takesName = facts.name !== undefined && (isGiven || !contact.isNameGiven);
  const consentChanges = facts.optedOut !== undefined && facts.optedOut !== contact.optedOut;
  return {
    ...contact,
    ...(takesName && { name: facts.name, isNameGiven: isGiven && facts.name !== null }),
    identities: joined(contact.identities, facts.identities ?? []),
    attributes: withAttributes(contact.attributes, facts.attributes ?? {}),
    ...(consentChanges && { optedOut: facts.optedOut, consentAt: facts.at }),
    updatedAt: Math.max(contact.updatedAt, facts.at),
  };
}

const withAttributes = (before: Contact['attributes'], change: NonNullable<ContactFacts['attributes']>): Contact['attributes'] =>
  Object.fromEntries(Object.entries({ ...before, ...change }).filter((entry): entry is [string, AttributeValue] => entry[1] !== null));

/** What stays of a contact that is deleted: that they opted out, by any of their names. `undefined`: nothing. */
export const forgotten = (contact: Contact): Contact | undefined =>
  contact.optedOut ? { ...contact, name: null, isNameGiven: false, attributes: {}, origin: 'chat', isForgotten: true } : undefined;

/** Whether two states of a contact say the same. */
export const isSame = ({ updatedAt: _then, ...one }: Contact, { updatedAt: _now, ...other }: Contact): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/** Somebody new. `id` must be the same if the step that meets them is repeated. */
export const newContact = (id: string, workspaceId: string, origin: Contact['origin'], facts: ContactFacts): Contact =>
  withFacts(
    {
      id,
      workspaceId,
      name: null,
      isNameGiven: false,
      identities: [],
      attributes: {},
      optedOut: false,
      consentAt: 0,
      origin,
      createdAt: facts.at,
      updatedAt: facts.at,
    },
    facts,
  );
