import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { withFacts, type Contact, type ContactFacts } from '../../shared/domain/contacts/contact.ts';
import { makeIsOptedOut, type Contacts } from '../../shared/domain/contacts/contacts.ts';
import { uniteAll } from '../../shared/domain/contacts/unite.ts';
import { derivedId } from '../../shared/identity/derived-id.ts';
import { aContact, CONTACT_TIME as NOW } from '../support/builders/contact.ts';

const ADA = '+4915100000001';
const BOB = '+4915100000002';
const LID = '100200300@lid';
const BSUID = 'US.13491208655302741918';

/** Run on the in-memory fake in unit tests and on DynamoDB in integration tests. */
export function describeContacts(name: string, start: () => Promise<{ readonly contacts: Contacts; stop(): Promise<void> }>): void {
  describe(`${name} keeps the contract of Contacts`, () => {
    let contacts: Contacts;
    let stop: () => Promise<void>;
    let made = 0;
    beforeAll(async () => ({ contacts, stop } = await start()));
    afterAll(() => stop());

    const aWorkspace = () => derivedId('wsp', NOW, 'contacts', String(made++));
    const add = async (workspaceId: string, facts: Partial<ContactFacts>): Promise<Contact> => {
      const contact = aContact(workspaceId, facts);
      return (await contacts.change(workspaceId, { identities: contact.identities }, () => contact)).contact as Contact;
    };
    /** As a mapping that became known does it. */
    const learn = (workspaceId: string, identities: readonly string[]) =>
      contacts.change(workspaceId, { identities }, (found) => {
        const one = uniteAll(found) ?? aContact(workspaceId, {});
        return withFacts(one, { identities, at: NOW });
      });
    const idsOf = async (workspaceId: string, filter: Parameters<Contacts['list']>[2], limit = 100) =>
      (await contacts.list(workspaceId, { limit }, filter)).items.map(({ name: called }) => called);

    it('keeps a contact, and finds it by each of its identities', async () => {
      const workspaceId = aWorkspace();
      const ada = await add(workspaceId, { identities: [LID, ADA, BSUID], name: 'Ada', attributes: { city: 'Ulm', vip: true, n: 3 } });
      expect(await contacts.get(workspaceId, ada.id)).toEqual(ada);
      const found = await contacts.find(workspaceId, [ADA, LID, BSUID, BOB]);
      expect([...found].map(([identity, { id }]) => [identity, id])).toEqual([[ADA, ada.id], [LID, ada.id], [BSUID, ada.id]]);
    });

    it("knows nothing of another workspace's (I6)", async () => {
      const ada = await add(aWorkspace(), { identities: [ADA], name: 'Ada' });
      const other = aWorkspace();
      await expect(contacts.get(other, ada.id)).rejects.toMatchObject({ code: 'contact_not_found' });
      await expect(contacts.remove(other, ada.id)).rejects.toMatchObject({ code: 'contact_not_found' });
      await expect(contacts.change(other, { contactId: ada.id, identities: [] }, ([one]) => one)).rejects.toMatchObject({ code: 'contact_not_found' });
      expect((await contacts.find(other, [ADA])).size).toBe(0);
      expect((await contacts.list(other, { limit: 5 }, { search: 'ada' })).items).toEqual([]);
      await add(other, { identities: [ADA], name: 'Another Ada' });
      expect((await contacts.find(other, [ADA])).get(ADA)?.id).not.toBe(ada.id);
    });

    it('says whether anything was written', async () => {
      const workspaceId = aWorkspace();
      expect(await contacts.change(workspaceId, { identities: [ADA] }, () => undefined)).toEqual({ contact: undefined, merged: [], isNew: false, hasChanged: false });
      const made = await contacts.change(workspaceId, { identities: [ADA] }, () => aContact(workspaceId, { identities: [ADA] }), true);
      expect(made).toMatchObject({ isNew: true, hasChanged: true, merged: [] });
      const late = aContact(workspaceId, { identities: [ADA] }); // whoever thought it new finds it there after all
      expect(await contacts.change(workspaceId, { identities: [ADA] }, ([one]) => one ?? late, true)).toMatchObject({ isNew: false, contact: made.contact });
      expect(await contacts.change(workspaceId, { identities: [ADA] }, ([one]) => one)).toMatchObject({ contact: made.contact, hasChanged: false });
      const named = await contacts.change(workspaceId, { identities: [ADA] }, ([one]) => one && withFacts(one, { name: 'Ada', isNameGiven: true, at: NOW }));
      expect(named).toMatchObject({ isNew: false, hasChanged: true, contact: { name: 'Ada' } });
    });

    it('merges two that turn out to be one, and finds both under the older', async () => {
      const workspaceId = aWorkspace();
      const byLid = await add(workspaceId, { identities: [LID], name: 'Countess', at: NOW + 5, optedOut: true });
      const byNumber = await add(workspaceId, { identities: [ADA], name: 'Ada', attributes: { city: 'Ulm' } });
      const { contact, merged } = await learn(workspaceId, [ADA, LID]);
      expect(merged.map(({ id }) => id)).toEqual([byLid.id]);
      expect(contact).toMatchObject({ id: byNumber.id, name: 'Ada', optedOut: true, attributes: { city: 'Ulm' } });
      expect(new Set(contact?.identities)).toEqual(new Set([ADA, LID]));
      expect(await contacts.get(workspaceId, byLid.id)).toEqual(contact);
      expect((await contacts.list(workspaceId, { limit: 5 })).items).toEqual([contact]);
      expect(await idsOf(workspaceId, { search: 'count' })).toEqual([]);
      expect(await makeIsOptedOut(contacts)(workspaceId, ADA)).toBe(true);
      expect((await learn(workspaceId, [ADA, LID])).merged).toEqual([]);
    });

    it('comes to the same contact in whichever order mappings become known, also at the same moment', async () => {
      const identities = [ADA, BOB, LID, '7@lid', BSUID];
      const pair = fc.tuple(fc.constantFrom(...identities), fc.constantFrom(...identities)).filter(([a, b]) => a !== b);
      await fc.assert(
        fc.asyncProperty(fc.array(pair, { minLength: 1, maxLength: 6 }), async (pairs) => {
          const workspaceId = aWorkspace();
          for (const [i, identity] of identities.entries()) await add(workspaceId, { identities: [identity], name: `N${i}`, at: NOW + i, optedOut: i === 3 });
          await Promise.all(pairs.map((both) => learn(workspaceId, both)));
          const owners = await contacts.find(workspaceId, identities);
          for (const [a, b] of pairs) expect(owners.get(a)?.id).toBe(owners.get(b)?.id);
          const left = (await contacts.list(workspaceId, { limit: 10 })).items;
          expect(left.flatMap((contact) => contact.identities).toSorted()).toEqual(identities.toSorted());
          for (const contact of left) {
            expect(contact.name).toBe(`N${Math.min(...contact.identities.map((one) => identities.indexOf(one)))}`);
            expect(contact.optedOut).toBe(contact.identities.includes('7@lid'));
          }
        }),
        { numRuns: 12, seed: 42 },
      );
    });

    it('makes one contact of many that are made at the same moment', async () => {
      const workspaceId = aWorkspace();
      const outcomes = await Promise.all(Array.from({ length: 8 }, () => learn(workspaceId, [ADA])));
      expect(new Set(outcomes.map(({ contact }) => contact?.id)).size).toBe(1);
      expect(outcomes.filter(({ isNew }) => isNew)).toHaveLength(1);
    });

    it('makes many at once, and none that somebody has', async () => {
      const workspaceId = aWorkspace();
      const there = await add(workspaceId, { identities: [ADA], name: 'Ada' });
      const more = Array.from({ length: 70 }, (_, i) => aContact(workspaceId, { identities: [`+49152000000${i + 10}`], name: `Person ${i} of many` }));
      const intruder = aContact(workspaceId, { identities: [ADA], name: 'Eve' });
      const made = await contacts.insertMany([...more, intruder]);
      expect(made.at(-1)).toBe(false);
      const found = await contacts.find(workspaceId, [...more.flatMap(({ identities }) => identities), ADA]);
      expect(found.get(ADA)).toEqual(there);
      more.forEach((contact, i) => expect(found.get(contact.identities[0] ?? '')).toEqual(made[i] ? contact : undefined));
      expect(made.filter(Boolean).length).toBeGreaterThan(40); // whoever shared a write with the intruder waits for \`change\`
      expect(await idsOf(workspaceId, { search: 'person 0' })).toEqual(['Person 0 of many']);
    });

    it('loses no change of several at the same moment', async () => {
      const workspaceId = aWorkspace();
      const { id } = await add(workspaceId, { identities: [ADA] });
      const tag = (key: string) =>
        contacts.change(workspaceId, { contactId: id, identities: [] }, ([one]) => one && withFacts(one, { attributes: { [key]: true }, at: NOW }));
      await Promise.all(['a', 'b', 'c', 'd'].map(tag));
      expect((await contacts.get(workspaceId, id)).attributes).toEqual({ a: true, b: true, c: true, d: true });
    });

    it('forgets one with all its names, so that they can be given again', async () => {
      const workspaceId = aWorkspace();
      const ada = await add(workspaceId, { identities: [ADA, LID], name: 'Ada' });
      await contacts.remove(workspaceId, ada.id);
      await expect(contacts.get(workspaceId, ada.id)).rejects.toMatchObject({ code: 'contact_not_found' });
      expect((await contacts.find(workspaceId, [ADA, LID])).size).toBe(0);
      expect(await idsOf(workspaceId, { search: 'ada' })).toEqual([]);
      expect(await idsOf(workspaceId, { optedOut: true })).toEqual([]);
      await add(workspaceId, { identities: [LID], name: 'Bob' });
    });

    it('forgets all of who opted out but that, which holds when they are met again', async () => {
      const workspaceId = aWorkspace();
      const ada = await add(workspaceId, { identities: [ADA, LID], name: 'Ada', optedOut: true, attributes: { city: 'London' } });
      await contacts.remove(workspaceId, ada.id);
      await expect(contacts.get(workspaceId, ada.id)).rejects.toMatchObject({ code: 'contact_not_found' });
      await expect(contacts.remove(workspaceId, ada.id)).rejects.toMatchObject({ code: 'contact_not_found' });
      await expect(contacts.change(workspaceId, { contactId: ada.id, identities: [] }, ([one]) => one)).rejects.toMatchObject({ code: 'contact_not_found' });
      for (const filter of [{}, { optedOut: true }, { search: 'ada' }, { search: ADA }]) expect(await idsOf(workspaceId, filter)).toEqual([]);
      for (const name of [ADA, LID]) expect((await contacts.find(workspaceId, [name])).get(name)).toMatchObject({ isForgotten: true, optedOut: true, name: null, attributes: {} });
      const again = await contacts.change(workspaceId, { identities: [ADA] }, ([one]) => one && withFacts(one, { name: 'Ada L.', isNameGiven: true, at: NOW + 9 }));
      expect(again.contact).toMatchObject({ name: 'Ada L.', optedOut: true });
      expect(again.contact).not.toHaveProperty('isForgotten');
      for (const filter of [{}, { optedOut: true }, { search: 'ada' }]) expect(await idsOf(workspaceId, filter)).toEqual(['Ada L.']);
    });

    it('lists newest first, page by page, while people come and go', async () => {
      const workspaceId = aWorkspace();
      for (let i = 1; i <= 5; i++) await add(workspaceId, { identities: [`+491510000010${i}`], name: `P${i}`, at: NOW + i, optedOut: i % 2 === 0 });
      const first = await contacts.list(workspaceId, { limit: 2 });
      await add(workspaceId, { identities: ['+4915100000106'], name: 'P6', at: NOW + 6 });
      await contacts.remove(workspaceId, first.items[1]?.id ?? '');
      const second = await contacts.list(workspaceId, { limit: 3, cursor: first.cursor });
      expect([...first.items, ...second.items].map(({ name: called }) => called)).toEqual(['P5', 'P4', 'P3', 'P2', 'P1']);
      expect(second.cursor).toBeUndefined();
      expect(await idsOf(workspaceId, { optedOut: true })).toEqual(['P2']);
      expect(await idsOf(workspaceId, { optedOut: false })).toEqual(['P6', 'P5', 'P3', 'P1']);
      await expect(contacts.list(aWorkspace(), { limit: 2, cursor: first.cursor })).rejects.toMatchObject({ code: 'invalid_cursor' });
    });

    it('finds by starts of words and of numbers, once each, page by page', async () => {
      const workspaceId = aWorkspace();
      await add(workspaceId, { identities: ['+4915199990001'], name: 'Anna-Annabel Müller' });
      await add(workspaceId, { identities: ['+4915199990002'], name: 'Ángel Øye Mueller', optedOut: true });
      await add(workspaceId, { identities: ['+4917000000003', '5@lid'], name: 'Hans ANKER' });
      expect(new Set(await idsOf(workspaceId, { search: 'an' }))).toEqual(new Set(['Anna-Annabel Müller', 'Ángel Øye Mueller', 'Hans ANKER']));
      expect(await idsOf(workspaceId, { search: 'MÜL ann' })).toEqual(['Anna-Annabel Müller']);
      expect(await idsOf(workspaceId, { search: '+49 151 9999' })).toHaveLength(2);
      expect(await idsOf(workspaceId, { search: '004917' })).toEqual(['Hans ANKER']);
      expect(await idsOf(workspaceId, { search: 'an', optedOut: true })).toEqual(['Ángel Øye Mueller']);
      for (const nobody of ['xyz', '?!', 'nna']) expect(await idsOf(workspaceId, { search: nobody })).toEqual([]);
      const pages: (string | null)[] = [];
      let cursor: string | undefined;
      do {
        const page = await contacts.list(workspaceId, { limit: 1, cursor }, { search: 'an' });
        pages.push(...page.items.map(({ name: called }) => called));
        cursor = page.cursor;
      } while (cursor !== undefined);
      expect(pages).toHaveLength(3);
      expect(new Set(pages)).toEqual(new Set(['Anna-Annabel Müller', 'Hans ANKER', 'Ángel Øye Mueller']));
    });

    it('finds by the new name, and no longer by the old', async () => {
      const workspaceId = aWorkspace();
      const { id } = await add(workspaceId, { identities: [ADA], name: 'Ada Byron' });
      await contacts.change(workspaceId, { contactId: id, identities: [] }, ([one]) => one && withFacts(one, { name: 'Ada Lovelace', isNameGiven: true, at: NOW }));
      expect(await idsOf(workspaceId, { search: 'byron' })).toEqual([]);
      expect(await idsOf(workspaceId, { search: 'love' })).toEqual(['Ada Lovelace']);
      expect(await idsOf(workspaceId, { search: 'ada' })).toEqual(['Ada Lovelace']);
    });
  });
}
