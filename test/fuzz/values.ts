import fc from 'fast-check';

/*
 * A request is made before it is known which ids there are, so that a seed makes the same requests each time. `<ses:3>`
 * stands for one of the sessions there are by then; `<ses:3!>` for one of the other workspace.
 */
const ID_MARK = /<([a-z]{3}):(\d+)(!?)>/g;
/** JSON that `JSON.stringify` does not write. */
const RAW_MARK = /"<raw:([^"<>]+)>"/g;
const OWN_TO_FOREIGN = { arbitrary: fc.constant(''), weight: 9 } as const;
const MOST_IDS = 50;

export type FindId = (prefix: string, index: number, isForeign: boolean) => string;

export const anIdOf = (prefix: string): fc.Arbitrary<string> =>
  fc.tuple(fc.nat(MOST_IDS), fc.oneof(OWN_TO_FOREIGN, { arbitrary: fc.constant('!'), weight: 1 })).map(([index, foreign]) => `<${prefix}:${index}${foreign}>`);

export const withIds = (text: string, findId: FindId): string =>
  text.replace(ID_MARK, (_mark, prefix: string, index: string, foreign: string) => findId(prefix, Number(index), foreign === '!'));

export const namesForeignId = (text: string): boolean => /<[a-z]{3}:\d+!>/.test(text);

/** Few enough that chats, contacts and duplicates come about. */
export const aPhoneNumber = (): fc.Arbitrary<string> => fc.integer({ min: 0, max: 40 }).map((n) => `+49151123456${String(n).padStart(2, '0')}`);

export const aText = (minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.oneof(
    fc.string({ minLength, maxLength }),
    fc.string({ unit: 'binary', minLength, maxLength: Math.max(minLength, Math.floor(maxLength / 2)) }),
  );

const raw = (json: string): string => `<raw:${json}>`;
/** Deeper than a stack. */
const nested = (depth: number): string => raw(`${'['.repeat(depth)}${']'.repeat(depth)}`);

const STRINGS: readonly string[] = [
  '', ' ', '\0', 'a\0b', '\n', '\r\n', '\u001b[31m', '\u007f', '\u0085', '\ud800', 'x\udfff', '\ufeff', '\ufffd', '\u202e', '\u200b', '🙈'.repeat(40), 'é', 'e\u0301',
  'İ', 'ß', '٠١٢', '../../etc/passwd', '%00', '%2e%2e', '%', '<script>', "' OR 1=1 --", '${x}', '{{x', '{{x|}}', '{{__proto__}}', '{{constructor|y}}', '__proto__', 'constructor', 'toString',
  'null', 'NaN', 'undefined', 'true', '0', '-1', '1e309', '2026-02-30T00:00:00Z', '9999-12-31T23:59:59Z', '0000-01-01T00:00:00Z', '-271821-04-20T00:00:00Z', '+275760-09-13T00:00:00.000Z',
  'http://169.254.169.254/', 'file:///etc/passwd', 'https://user:pass@93.184.215.14/', 'http://[::1]/', 'https://93.184.215.14:0/', 'https://93.184.215.14:99999/', 'ses_', 'ses_01J0000000000000000000000A', '#', 'W#x', 'x'.repeat(300),
];
/* Long ones are rare: they are what takes the time. */
const LONG: readonly string[] = ['x'.repeat(70_000), 'ü'.repeat(3_000), '\0'.repeat(2_500), '🙈'.repeat(5_000), '{{a}}'.repeat(2_000)];
const NUMBERS: readonly unknown[] = [0, -1, 1.5, 2 ** 31, 2 ** 53, -(2 ** 63), 1e21, 1e-7, raw('1e400'), raw('-0'), raw('123456789012345678901234567890'), raw('1E-999'), 0.1];
const OTHERS: readonly unknown[] = [null, true, false, [], {}, [[]], [null], { a: 1 }, ['x', 'x'], nested(50), nested(3_000), nested(100_000)];

/** What no schema expects. */
export const aNastyValue = (): fc.Arbitrary<unknown> =>
  fc.oneof(
    { arbitrary: fc.constantFrom(...STRINGS), weight: 10 },
    { arbitrary: fc.constantFrom(...NUMBERS), weight: 4 },
    { arbitrary: fc.constantFrom(...OTHERS), weight: 4 },
    { arbitrary: fc.constantFrom(...LONG), weight: 1 },
    { arbitrary: fc.string({ unit: 'binary', maxLength: 20 }), weight: 3 },
  );

export const aNastyText = (): fc.Arbitrary<string> => fc.oneof({ arbitrary: fc.constantFrom(...STRINGS), weight: 5 }, { arbitrary: fc.string({ unit: 'binary', maxLength: 20 }), weight: 2 });

export const jsonOf = (value: unknown): string => JSON.stringify(value).replace(RAW_MARK, (_mark, json: string) => json);
