import TestSequencer from '@jest/test-sequencer';

const ORDER = ['unit', 'cdk', 'integration', 'e2e'];
const rank = ({ context }) => ORDER.indexOf(context.config.displayName?.name);

/** Fast projects first, so that a broken rule shows in seconds and not after the browsers. */
export default class FastFirstSequencer extends TestSequencer {
  sort(tests) {
    return [...tests].sort((a, b) => rank(a) - rank(b) || a.path.localeCompare(b.path));
  }
}
