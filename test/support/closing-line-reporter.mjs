import { writeSync } from 'node:fs';

/** Ends a run with one plain line that any tool can read: `N passed, N failed`. */
export default class ClosingLineReporter {
  onRunComplete(_contexts, { numPassedTests, numFailedTests, testResults }) {
    // A file that could not be loaded ran no test; it counts as one failure, not as silence.
    const unloaded = testResults.filter((file) => file.testExecError).length;
    process.once('exit', () => writeSync(1, `\n${numPassedTests} passed, ${numFailedTests + unloaded} failed\n`));
  }
}
