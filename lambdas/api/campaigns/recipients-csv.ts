import { csvRows, invalidCsv } from '../../http/csv-rows.ts';

const NUMBER_COLUMNS = ['to', 'phone', 'phonenumber', 'phone_number'];
const MAX_ROWS = 50_000;

/**
 * Rows of a CSV as recipients yet to be checked. The header names a column for the number and one for each variable; an
 * empty field is no value. Takes commas, semicolons and tabs, as spreadsheets write them. Throws `invalid_csv`.
 */
export function recipientsFromCsv(text: string): readonly unknown[] {
  const [header = [], ...rows] = csvRows(text);
  const numberColumn = header.findIndex((name) => NUMBER_COLUMNS.includes(name.toLowerCase()));
  if (numberColumn < 0) throw invalidCsv('to', 'needs a header line with a column `to`, `phone` or `phoneNumber`');
  if (rows.length === 0) throw invalidCsv('body', 'has no rows below its header');
  if (rows.length > MAX_ROWS) throw invalidCsv('body', `has ${rows.length} rows; send ${MAX_ROWS} at most at once`);
  return rows.map((fields) => ({ to: fields[numberColumn] ?? '', variables: variablesOf(header, fields, numberColumn) }));
}

function variablesOf(header: readonly string[], fields: readonly string[], numberColumn: number): Record<string, string> {
  const named = header.map((name, i): [string, string] => [name, i === numberColumn ? '' : (fields[i] ?? '')]);
  return Object.fromEntries(named.filter(([name, value]) => name !== '' && value !== ''));
}
