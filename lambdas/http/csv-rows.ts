import { parse } from 'csv-parse/sync';
import { DomainError } from '../../shared/domain/errors.ts';

const DELIMITERS = [',', ';', '\t'];

/** The fields of a CSV, line by line, its header included. Takes commas, semicolons and tabs. Throws `invalid_csv`. */
export function csvRows(text: string): string[][] {
  requireText(text);
  try {
    return parse(text, { bom: true, delimiter: delimiterOf(text), trim: true, skip_empty_lines: true, relax_column_count: true });
  } catch (error) {
    throw invalidCsv('body', error instanceof Error ? error.message : 'cannot be read', error);
  }
}

/** What is not UTF-8 comes with holes (U+FFFD) where its bytes made no sense; UTF-16 with a NUL beside each letter. */
function requireText(text: string): void {
  if (!text.includes('\uFFFD') && !text.includes('\0')) return;
  throw invalidCsv('body', 'is not UTF-8 text; save the file as "CSV UTF-8" and send that');
}

/** The one that stands most often in the first line. */
function delimiterOf(text: string): string {
  const header = text.slice(0, text.indexOf('\n') + 1 || undefined);
  const timesIn = (delimiter: string) => header.split(delimiter).length;
  return DELIMITERS.reduce((best, delimiter) => (timesIn(delimiter) > timesIn(best) ? delimiter : best));
}

export const invalidCsv = (path: string, message: string, cause?: unknown): DomainError =>
  new DomainError('invalid', 'invalid_csv', `The CSV cannot be taken: ${path} ${message}.`, { cause, fields: [{ path, message }] });
