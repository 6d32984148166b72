// Tests run on the TypeScript sources through swc. `npm run check` checks the types.
const { availableParallelism } = require('node:os');

// Tests name files of the project by relative paths, whatever folder Jest is started in.
process.chdir(__dirname);

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  transform: {
    '\\.[jt]s$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } },
    ],
  },
  // p-map is published as an ES module only, and Jest needs CommonJS.
  transformIgnorePatterns: ['/node_modules/(?!p-map/)'],
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: process.env.BROWSER ? [] : ['<rootDir>/test/browser/'],
  // dist/package.json has the name of the project's own.
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  // Only ends a test that hangs: a busy machine must not fail one.
  testTimeout: 120_000,
  // A test often waits: for tables, a server or a process. One for each core left a quarter of the machine idle.
  maxWorkers: Math.ceil(1.5 * availableParallelism()),
};
