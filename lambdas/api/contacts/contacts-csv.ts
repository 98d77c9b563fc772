import { AttributeName, ContactName, MOST_ATTRIBUTES } from '../../../shared/contracts/api/contacts.ts';
import { PhoneNumber } from '../../../shared/contracts/phone-number.ts';
import type { ImportedContact, RowError } from '../../../shared/domain/contacts/contact-imports.ts';
import { csvRows, invalidCsv } from '../../http/csv-rows.ts';

export interface ContactsFile {
  readonly total: number; // rows
  /** One a number, in the order of their first rows. */
  readonly contacts: readonly ImportedContact[];
  readonly errors: readonly RowError[];
}

const NUMBER_COLUMNS = ['phonenumber', 'phone', 'number', 'phone_number', 'to'];
const OPT_OUT_COLUMNS = ['optedout', 'opted_out'];
const MOST_ROWS = 50_000;
const LONGEST_VALUE = 1_000;
const YES = ['true', 'yes', '1', 'y'];
const NO = ['false', 'no', '0', 'n', ''];

interface Columns {
  readonly number: number;
  readonly name: number;
  readonly optedOut: number;
  /** The others, as attributes. */
  readonly attributes: readonly { readonly place: number; readonly name: string }[];
  readonly count: number;
}

/**
 * A CSV as contacts, one for each number: what later rows say is added to what the first said. Rows that cannot be taken
 * are named with a reason; the file as a whole is refused, `invalid_csv`, when it has no number column, no rows or too many.
 */
export function contactsFromCsv(text: string): ContactsFile {
  const [header = [], ...rows] = csvRows(text);
  const columns = columnsOf(header);
  if (rows.length === 0) throw invalidCsv('body', 'has no rows below its header');
  if (rows.length > MOST_ROWS) throw invalidCsv('body', `has ${rows.length} rows; send ${MOST_ROWS} at most at once`);
  const contacts = new Map<string, ImportedContact>();
  const errors: RowError[] = [];
  rows.forEach((fields, i) => {
    const read = readRow(fields, columns);
    if (typeof read === 'string') return void errors.push({ row: i + 1, reason: read });
    contacts.set(read.phoneNumber, merged(contacts.get(read.phoneNumber), read));
  });
  return { total: rows.length, contacts: [...contacts.values()], errors };
}

function columnsOf(header: readonly string[]): Columns {
  const names = header.map((name) => name.toLowerCase());
  const placeOf = (wanted: readonly string[]) => names.findIndex((name) => wanted.includes(name));
  const [number, name, optedOut] = [placeOf(NUMBER_COLUMNS), placeOf(['name']), placeOf(OPT_OUT_COLUMNS)];
  if (number < 0) throw invalidCsv('phoneNumber', 'needs a header line with a column `phoneNumber`, `phone` or `number`');
  const attributes = header.map((name, place) => ({ name, place })).filter(({ name: called, place }) => called !== '' && ![number, name, optedOut].includes(place));
  const wrong = attributes.find(({ name: called }) => !AttributeName.safeParse(called).success);
  if (wrong) throw invalidCsv(wrong.name.slice(0, 100), 'cannot be the name of an attribute: 1 to 64 letters, digits, spaces, dots, dashes');
  if (attributes.length > MOST_ATTRIBUTES) throw invalidCsv('body', `has ${attributes.length} columns for attributes; ${MOST_ATTRIBUTES} at most`);
  return { number, name, optedOut, attributes, count: header.length };
}

/** The contact, or why not. */
function readRow(fields: readonly string[], columns: Columns): ImportedContact | string {
  if (fields.length > columns.count) return `has ${fields.length} fields, the header ${columns.count}`;
  const number = PhoneNumber.safeParse(fields[columns.number] ?? '');
  if (!number.success) return 'phoneNumber must be an E.164 phone number such as +4915112345678';
  const name = fields[columns.name] ?? '';
  if (name !== '' && !ContactName.safeParse(name).success) return 'name must have 200 characters at most';
  const optedOut = consentIn(fields[columns.optedOut]);
  if (optedOut === 'unclear') return 'optedOut must be true or false';
  const given = columns.attributes.map(({ name: called, place }) => [called, fields[place] ?? ''] as const).filter(([, value]) => value !== '');
  const long = given.find(([, value]) => value.length > LONGEST_VALUE);
  if (long) return `${long[0]} has ${long[1].length} characters; ${LONGEST_VALUE} at most`;
  return {
    phoneNumber: number.data,
    ...(name !== '' && { name }),
    ...(optedOut !== undefined && { optedOut }),
    attributes: Object.fromEntries(given),
    rows: 1,
  };
}

function consentIn(field: string | undefined): boolean | undefined | 'unclear' {
  if (field === undefined || field === '') return undefined;
  if (YES.includes(field.toLowerCase())) return true;
  return NO.includes(field.toLowerCase()) ? false : 'unclear';
}

/** Once out, always out: no later row takes that back. */
function merged(before: ImportedContact | undefined, next: ImportedContact): ImportedContact {
  if (before === undefined) return next;
  const optedOut = before.optedOut === true ? true : next.optedOut;
  return {
    ...before,
    ...next,
    ...(optedOut !== undefined && { optedOut }),
    attributes: { ...before.attributes, ...next.attributes },
    rows: before.rows + 1,
  };
}
