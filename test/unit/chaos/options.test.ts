import { describe, expect, it } from '@jest/globals';
import { FAULT_KINDS } from '../../chaos/fault-kinds.ts';
import { HELP, readCommandLine, UsageError } from '../../chaos/options.ts';

describe('The command line of the chaos suite', () => {
  it('runs everything for half an hour unless told otherwise', () => {
    expect(readCommandLine([])).toMatchObject({ minutes: 30, kinds: FAULT_KINDS, sessions: 4, instances: 3, seed: expect.any(Number) });
  });

  it('takes kinds by name, with or without others', () => {
    expect(readCommandLine(['--only', 'unlink, host-kill', '--seed', '9'])).toMatchObject({ kinds: ['unlink', 'host-kill'], seed: 9 });
    expect(readCommandLine(['--only', 'unlink,host-kill', '--except', 'unlink'])).toMatchObject({ kinds: ['host-kill'] });
  });

  it('names every kind in its help', () => {
    expect(readCommandLine(['--help'])).toBe('help');
    for (const kind of FAULT_KINDS) expect(HELP).toContain(kind);
  });

  it.each([
    ['--minutes', 'many'], ['--minutes', '0'], ['--seed', '1.5'], ['--seed', '-1'], ['--sessions', '0'], ['--only', 'earthquake'], ['--nonsense', '1'],
  ])('refuses %s %s', (...args) => {
    expect(() => readCommandLine(args)).toThrow(UsageError);
  });

  it('refuses to break nothing', () => {
    expect(() => readCommandLine(['--only', 'unlink', '--except', 'unlink'])).toThrow('no kind of fault');
  });
});
