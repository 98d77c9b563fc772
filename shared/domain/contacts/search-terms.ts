import type { Contact } from './contact.ts';
import { identityTypeOf } from './identities.ts';

const MOST_WORDS = 8;
const LONGEST = 40;
const ONLY_A_NUMBER = /^[+\d\s().-]*\d[+\d\s().-]*$/;

/** Lower case, no accents: `Müller-Łukasz` is found as `muller`. */
const plain = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

const wordsOf = (text: string): string[] =>
  plain(text).split(/[^\p{L}\p{N}]+/u).filter(Boolean).map((word) => Array.from(word).slice(0, LONGEST).join(''));

/** What a contact is found by: the words of its name, and its numbers from the country code on. Each once. */
export function searchTermsOf({ name, identities }: Pick<Contact, 'name' | 'identities'>): readonly string[] {
  const numbers = identities.filter((identity) => identityTypeOf(identity) === 'phone').map((number) => number.slice(1));
  return [...new Set([...wordsOf(name ?? '').slice(0, MOST_WORDS), ...numbers])];
}

/** What is looked for: all of these must begin a term each. Nothing but digits is one number, however it is spaced. */
export function wantedTerms(search: string): readonly string[] {
  if (ONLY_A_NUMBER.test(search)) return [search.replace(/\D/g, '').replace(/^00/, '')].filter(Boolean);
  return wordsOf(search).slice(0, MOST_WORDS);
}

export const matches = (terms: readonly string[], wanted: readonly string[]): boolean =>
  wanted.every((start) => terms.some((term) => term.startsWith(start)));

/** The term that narrows a search the most. */
export const longestOf = (wanted: readonly string[]): string =>
  wanted.reduce((longest, term) => (term.length > longest.length ? term : longest), '');
