/** Four projects, fast ones first. Jest runs our .ts as they are: Node 24 strips the types. */
const project = (displayName, folder, extra = {}) => ({
  displayName,
  rootDir: import.meta.dirname,
  testMatch: [`<rootDir>/test/${folder}/**/*.test.ts`],
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {},
  modulePathIgnorePatterns: ['<rootDir>/cdk.out', '<rootDir>/.blazz', '<rootDir>/dist'],
  ...extra,
});

export default {
  projects: [
    project('unit', 'unit'),
    project('cdk', 'cdk'),
    project('integration', 'integration'),
    project('e2e', 'e2e'),
  ],
};
