/** Four projects, fast ones first. Jest runs our .ts as they are: Node 24 strips the types. */
const project = (folder) => ({
  displayName: folder,
  rootDir: import.meta.dirname,
  testMatch: [`<rootDir>/test/${folder}/**/*.test.ts`],
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {},
  modulePathIgnorePatterns: ['<rootDir>/cdk.out', '<rootDir>/.blazz', '<rootDir>/dist'],
});

export default {
  projects: ['unit', 'cdk', 'integration', 'e2e'].map(project),
  testSequencer: '<rootDir>/test/support/fast-first-sequencer.mjs',
  reporters: ['default', '<rootDir>/test/support/closing-line-reporter.mjs'],
  testTimeout: 30_000,
};
