/**
 * Tests run as native ES modules (`node --experimental-vm-modules`). swc only strips types: it is quick, and jest's module loader
 * needs the code as text. Three workers, because much of a test is waiting, and each may hold a Temporal server and a worker open.
 */
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/.linkwright/'],
  modulePathIgnorePatterns: ['<rootDir>/.linkwright/'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['ts', 'mjs', 'js', 'cjs', 'json', 'node'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        swcrc: false,
        jsc: { target: 'es2024', parser: { syntax: 'typescript' }, transform: { useDefineForClassFields: true } },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  // Longer than `until` waits, so that a red test says what it waited for.
  testTimeout: 120_000,
  maxWorkers: 3,
  testSequencer: '<rootDir>/test/harness/longest-first.mjs',
};
