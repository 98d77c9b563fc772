import { describe, expect, it } from '@jest/globals';
import { checkRows } from '../../../lambdas/api/campaigns/recipient-rows.ts';
import { recipientsFromCsv } from '../../../lambdas/api/campaigns/recipients-csv.ts';
import { parseTemplate } from '../../../shared/domain/campaigns/template.ts';

describe('rows of recipients', () => {
  it('are taken or rejected one by one, with their number and the reason', () => {
    const rows = [
      { to: '49 151 12345678', variables: { name: 'Ann' } },
      { to: 'abc', variables: { name: 'Bo' } },
      { to: '+4915112345679' },
      { to: '+4915112345678', variables: { name: 'Ann again' } },
      { to: '+4915112345680', variables: { name: 'Cy' }, nmae: 'x' },
      'nothing',
      { variables: { name: 7 } },
    ];
    const { good, rejected } = checkRows(parseTemplate('Hi {{name}}'), rows);
    expect([...good]).toEqual([[1, { to: '+4915112345678', variables: { name: 'Ann' } }]]);
    expect(rejected.map(({ row }) => row)).toEqual([2, 3, 4, 5, 6, 7]);
    expect(rejected.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('to must be an E.164'),
      expect.stringContaining('variables.name is missing'),
      'the same number as row 1',
      expect.stringContaining('nmae'),
      expect.any(String),
      expect.stringContaining('to '),
    ]);
  });
});

describe('a CSV of recipients', () => {
  it.each([
    ['commas', 'to,name,city\n+49151,Ann,"Köln, Süd"\n'],
    ['semicolons and CRLF', 'name;phoneNumber;city\r\nAnn;+49151;"Köln, Süd"\r\n\r\n'],
    ['tabs, a BOM and spaces', '\uFEFFPhone\tname\tcity\n +49151 \t Ann\t"Köln, Süd"'],
  ])('with %s gives the number and the variables', (_, text) => {
    expect(recipientsFromCsv(text)).toEqual([{ to: '+49151', variables: { name: 'Ann', city: 'Köln, Süd' } }]);
  });

  it('leaves out empty fields and takes short rows', () => {
    expect(recipientsFromCsv('to,name,city\n+491,,X\n+492')).toEqual([
      { to: '+491', variables: { city: 'X' } },
      { to: '+492', variables: {} },
    ]);
  });

  it.each([
    ['no number column', 'name\nAnn', 'to'],
    ['no rows', 'to,name\n', 'body'],
    ['nothing at all', '', 'to'],
    ['an open quote', 'to\n"+49', 'body'],
    ['too many rows', `to\n${'1\n'.repeat(50_001)}`, 'body'],
  ])('with %s is refused, naming what is wrong', (_, text, path) => {
    expect(() => recipientsFromCsv(text)).toThrow(expect.objectContaining({ code: 'invalid_csv', fields: [expect.objectContaining({ path })] }));
  });
});
