// Tests run on the TypeScript sources through swc; types are checked by `npm run check`, not here.
/** @type {import('jest').Config} */
const common = {
  testEnvironment: 'node',
  transform: {
    '\\.[jt]s$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } },
    ],
  },
  // p-map is published as an ES module only, which Jest must be given as CommonJS.
  transformIgnorePatterns: ['/node_modules/(?!p-map/)'],
};

module.exports = {
  ...common,
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: process.env.BROWSER ? [] : ['<rootDir>/test/browser/'],
  testTimeout: 30000,
  // Much of a test is waiting: for the tables, a server, a process.
  maxWorkers: '100%',
};
