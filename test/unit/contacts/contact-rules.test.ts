import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { makeConsentOf } from '../../../shared/domain/contacts/consent-words.ts';
import { isSame, withFacts, type Contact } from '../../../shared/domain/contacts/contact.ts';
import { identityTypeOf, joined, peerOf } from '../../../shared/domain/contacts/identities.ts';
import { matches, searchTermsOf, wantedTerms } from '../../../shared/domain/contacts/search-terms.ts';
import { uniteAll } from '../../../shared/domain/contacts/unite.ts';
import { Recipient } from '../../../shared/contracts/phone-number.ts';
import { aContact, CONTACT_TIME } from '../../support/builders/contact.ts';

const WORKSPACE = 'wsp_01J00000000000000000000000';
const ADA = '+4915100000001';
const LID = '100200300@lid';
const BSUID = 'US.13491208655302741918';

describe('recipients', () => {
  it.each([
    ['4915100000001@c.us', ADA], ['+49 151 0000-0001', ADA], [LID, LID], [BSUID, BSUID], ['49151-1@g.us', '49151-1@g.us'],
  ])('%s is taken as %s', (written, taken) => expect(Recipient.parse(written)).toBe(taken));

  it.each(['us.1349120865530', 'US.', 'US.1', 'USA.1349120865530', '@lid', 'x@lid', '123@s.whatsapp.net', `US.${'1'.repeat(62)}`])('%s is none', (written) => {
    expect(Recipient.safeParse(written).success).toBe(false);
  });
});

describe('identities', () => {
  it('are told by their form; a group is nobody', () => {
    expect([ADA, LID, BSUID, '1-2@g.us'].map(identityTypeOf)).toEqual(['phone', 'lid', 'bsuid', undefined]);
  });

  it('lead to the number once it is known, a number to itself', () => {
    expect(peerOf(LID, [LID, ADA, '+4917000000001'])).toBe('+4917000000001');
    expect(peerOf(LID, [LID, BSUID])).toBe(LID);
    expect(peerOf(ADA, [ADA, '+4917000000001'])).toBe(ADA);
  });

  it('stay as they are when nothing about them is new', () => {
    expect(joined([LID, ADA], [ADA, LID])).toEqual([LID, ADA]);
    expect(joined([ADA, '+4917000000001'], [ADA])).toEqual(['+4917000000001', ADA]);
    expect(joined([ADA], ['1-2@g.us'])).toEqual([ADA]);
  });
});

describe('a contact', () => {
  it('keeps a name somebody gave, whatever WhatsApp shows later', () => {
    const given = aContact(WORKSPACE, { identities: [ADA], name: 'Ada' });
    expect(withFacts(given, { name: '~ada~', at: 1 }).name).toBe('Ada');
    const shown = aContact(WORKSPACE, { identities: [ADA], name: '~ada~', isNameGiven: false });
    expect(withFacts(shown, { name: 'Ada L.', at: 1 }).name).toBe('Ada L.');
    expect(withFacts(withFacts(given, { name: null, isNameGiven: true, at: 1 }), { name: 'Seen', at: 2 }).name).toBe('Seen');
  });

  it('changes named attributes only, and says when consent changed', () => {
    const before = aContact(WORKSPACE, { identities: [ADA], attributes: { a: 1, b: 'x' } });
    const after = withFacts(before, { attributes: { a: null, c: true }, optedOut: true, at: CONTACT_TIME + 5 });
    expect(after).toMatchObject({ attributes: { b: 'x', c: true }, optedOut: true, consentAt: CONTACT_TIME + 5 });
    expect(withFacts(after, { optedOut: true, at: CONTACT_TIME + 9 }).consentAt).toBe(CONTACT_TIME + 5);
    expect(isSame(withFacts(after, { at: CONTACT_TIME + 9 }), after)).toBe(true);
  });

  it('is the same whichever order many are united in: none loses a name, an attribute or an opt-out', () => {
    const facts = fc.record({ optedOut: fc.boolean(), name: fc.option(fc.constantFrom('Ada', 'Bob', 'Eve')), at: fc.integer({ min: 1, max: 9 }), key: fc.constantFrom('a', 'b', 'c') });
    fc.assert(
      fc.property(fc.array(facts, { minLength: 1, maxLength: 5 }), fc.infiniteStream(fc.nat()), (all, order) => {
        const contacts = all.map(({ key, ...rest }, i) => aContact(WORKSPACE, { ...rest, isNameGiven: i % 2 === 0, identities: [`+49151000000${i}0`], attributes: { [key]: i } }));
        const shuffled = contacts.map((contact) => [order.next().value, contact] as const).toSorted((a, b) => a[0] - b[0]).map(([, contact]) => contact);
        const [one, other] = [uniteAll(contacts), uniteAll(shuffled)] as [Contact, Contact];
        expect(other).toMatchObject({ id: one.id, optedOut: one.optedOut, consentAt: one.consentAt });
        expect(Object.keys(other.attributes).toSorted()).toEqual(Object.keys(one.attributes).toSorted());
        expect(other.name === null).toBe(contacts.every(({ name }) => name === null));
        expect(other.identities.toSorted()).toEqual(contacts.flatMap(({ identities }) => identities).toSorted());
        expect(one.optedOut).toBe(contacts.some(({ optedOut }) => optedOut));
      }),
      { seed: 3 },
    );
  });
});

describe('search terms', () => {
  it('are the plain words of the name and the digits of the numbers', () => {
    expect(searchTermsOf({ name: 'Zoë Müller-Lüdenscheid', identities: [ADA, LID] })).toEqual(['zoe', 'muller', 'ludenscheid', '4915100000001']);
    expect(searchTermsOf({ name: null, identities: [LID] })).toEqual([]);
    expect(searchTermsOf({ name: '王小明 Ли', identities: [] })).toEqual(['王小明', 'ли']);
  });

  it.each([
    ['+49 151', ['49151']], ['0049151', ['49151']], ['Ada 49', ['ada', '49']], ['  ', []], ['ZOË', ['zoe']],
  ])('%j looks for %j', (search, wanted) => expect(wantedTerms(search)).toEqual(wanted));

  it('match when each begins a term', () => {
    expect(matches(['ada', 'lovelace'], ['lo', 'ad'])).toBe(true);
    expect(matches(['ada', 'lovelace'], ['lo', 'x'])).toBe(false);
  });
});

describe('words of consent', () => {
  const consentOf = makeConsentOf();
  it.each(['STOP', ' stop! ', 'Stop.', 'Unsubscribe', 'opt-out', 'OPT OUT', 'Désabonner', 'arrêt', 'Abmelden', 'S T O P', 'стоп', 'إلغاء', 'रोकें'])('%j opts out', (text) => {
    expect(consentOf(text)).toBe('out');
  });
  it.each(['start', 'UNSTOP', 'Subscribe!'])('%j opts in', (text) => expect(consentOf(text)).toBe('in'));
  it.each(['please stop by tomorrow', 'Stop it, you', 'stopover', '', '!!!', '👍', 'x'.repeat(5_000)])('%j says nothing of the kind', (text) => {
    expect(consentOf(text)).toBeUndefined();
  });
  it('takes the words an operator chose', () => {
    const own = makeConsentOf({ stop: ['Schluss jetzt'], start: [] });
    expect([own('schluss, jetzt!'), own('stop'), own(null)]).toEqual(['out', undefined, undefined]);
  });
});
