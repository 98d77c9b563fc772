import { describe, expect, it } from '@jest/globals';
import { contactsFromCsv } from '../../../lambdas/api/contacts/contacts-csv.ts';

const A = '+4915100000001';
const B = '+4915100000002';
const one = (text: string) => contactsFromCsv(text).contacts;
const refused = (text: string): { path?: string; message?: string; code?: string } => {
  try {
    contactsFromCsv(text);
    return {};
  } catch (error) {
    const { code, fields } = error as { code: string; fields: { path: string; message: string }[] };
    return { code, ...fields[0] };
  }
};

describe('contactsFromCsv', () => {
  it.each([
    ['commas', `phoneNumber,name\n${A},Ada`],
    ['semicolons', `phone;name\n${A};Ada`],
    ['tabs', `number\tname\n${A}\tAda`],
    ['a byte order mark', `\uFEFFphone,name\n${A},Ada`],
    ['CRLF', `phone,name\r\n${A},Ada\r\n`],
    ['quotes', `"phone","name"\n"${A}","Ada"`],
    ['blank lines', `phone,name\n\n${A},Ada\n\n`],
    ['a header in capitals', `PHONE,NAME\n${A},Ada`],
    ['a number as people write it', 'phone,name\n+49 (151) 000-00001,Ada'],
    ['a number without its +', 'phone,name\n4915100000001,Ada'],
  ])('reads %s', (_what, text) => {
    expect(contactsFromCsv(text)).toEqual({ total: 1, errors: [], contacts: [{ phoneNumber: A, name: 'Ada', attributes: {}, rows: 1 }] });
  });

  it('keeps quotes, delimiters and line breaks inside fields, and other columns as attributes', () => {
    const [contact] = one(`phone,name,Notes,city\n${A},"Ada ""Countess"", L.","one\ntwo",`);
    expect(contact).toMatchObject({ name: 'Ada "Countess", L.', attributes: { Notes: 'one\ntwo' } });
    expect(contact?.attributes).not.toHaveProperty('city');
  });

  it('takes rows of one number together; opted out stays opted out', () => {
    const file = contactsFromCsv(`phone,name,optedOut,a,b\n${A},Ada,yes,1,\n${B},Bob,,,\n${A},Ada L.,no,2,3`);
    expect(file.total).toBe(3);
    expect(file.contacts).toEqual([
      { phoneNumber: A, name: 'Ada L.', optedOut: true, attributes: { a: '2', b: '3' }, rows: 2 },
      { phoneNumber: B, name: 'Bob', attributes: {}, rows: 1 },
    ]);
  });

  it.each([
    ['a number nobody can have', '0151', 'phoneNumber must be an E.164 phone number'],
    ['no number', ',Ada', 'phoneNumber must be an E.164 phone number'],
    ['more fields than the header', `${B},Ada,false,x,y`, 'has 5 fields, the header 4'],
    ['an unclear opt-out', `${B},Ada,perhaps`, 'optedOut must be true or false'],
    ['a name that is too long', `${B},${'x'.repeat(201)}`, 'name must have 200 characters at most'],
    ['a field of a megabyte', `${B},Ada,,${'x'.repeat(1_000_000)}`, 'note has 1000000 characters; 1000 at most'],
  ])('names a row with %s, and takes the others', (_what, row, reason) => {
    const file = contactsFromCsv(`phone,name,optedOut,note\n${A},Ada\n${row}\n${B}`);
    expect(file.errors).toEqual([{ row: 2, reason: expect.stringContaining(reason) }]);
    expect(file.contacts.map(({ phoneNumber }) => phoneNumber)).toEqual([A, B]);
  });

  it.each([
    ['no number column', 'name,city\nAda,Ulm', 'phoneNumber'],
    ['no rows', 'phone,name\n', 'body'],
    ['nothing at all', ' ', 'phoneNumber'],
    ['too many rows', `phone\n${`${A}\n`.repeat(50_001)}`, 'body'],
    ['an open quote', `phone,name\n${A},"Ada`, 'body'],
    ['UTF-16, as it arrives', Buffer.from(`\uFEFFphone,name\n${A},Ada`, 'utf16le').toString('utf8'), 'body'],
    ['Latin-1, as it arrives', Buffer.from(`phone,name\n${A},Müller`, 'latin1').toString('utf8'), 'body'],
    ['a column that can name no attribute', `phone,<b>\n${A},x`, '<b>'],
    ['too many columns', `phone,${Array.from({ length: 51 }, (_, i) => `c${i}`).join()}\n${A}`, 'body'],
  ])('refuses a file with %s', (_what, text, path) => {
    expect(refused(text)).toMatchObject({ code: 'invalid_csv', path });
  });

  it('takes 50,000 rows', () => {
    const rows = Array.from({ length: 50_000 }, (_, i) => `+4915${String(100_000_000 + i)},Name ${i}`).join('\n');
    expect(one(`phone,name\n${rows}`)).toHaveLength(50_000);
  });
});
