import { parse } from 'csv-parse/sync';
import { DomainError } from '../../../shared/domain/errors.ts';

const NUMBER_COLUMNS = ['to', 'phone', 'phonenumber', 'phone_number'];
const DELIMITERS = [',', ';', '\t'];
const MAX_ROWS = 50_000;

/**
 * Rows of a CSV as recipients yet to be checked. The header names a column for the number and one for each variable; an
 * empty field is no value. Takes commas, semicolons and tabs, as spreadsheets write them. Throws `invalid_csv`.
 */
export function recipientsFromCsv(text: string): readonly unknown[] {
  const [header = [], ...rows] = parseCsv(text);
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

function parseCsv(text: string): string[][] {
  try {
    const delimiter = delimiterOf(text);
    return parse(text, { bom: true, delimiter, trim: true, skip_empty_lines: true, relax_column_count: true });
  } catch (error) {
    throw invalidCsv('body', error instanceof Error ? error.message : 'cannot be read', error);
  }
}

/** The one that stands most often in the first line. */
function delimiterOf(text: string): string {
  const header = text.slice(0, text.indexOf('\n') + 1 || undefined);
  const timesIn = (delimiter: string) => header.split(delimiter).length;
  return DELIMITERS.reduce((best, delimiter) => (timesIn(delimiter) > timesIn(best) ? delimiter : best));
}

const invalidCsv = (path: string, message: string, cause?: unknown): DomainError =>
  new DomainError('invalid', 'invalid_csv', `The CSV cannot be taken: ${path} ${message}.`, { cause, fields: [{ path, message }] });
