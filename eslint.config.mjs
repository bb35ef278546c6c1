import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const pureFolders = [
  'src/model/**',
  'src/protocol/**',
  'src/allocation/**',
  'src/conference/**',
  'src/signaling/**',
  'src/operation/**',
  'src/stats/**',
];

const ambient = [
  ['Date', 'take the time as an argument (base/clock.ts)'],
  ['performance', 'take the time as an argument (base/clock.ts)'],
  ['setTimeout', 'take a Timers argument (base/clock.ts)'],
  ['setInterval', 'take a Timers argument (base/clock.ts)'],
  ['setImmediate', 'take a Timers argument (base/clock.ts)'],
  ['process', 'pure code knows no process'],
  ['crypto', 'take randomness as an argument (base/random.ts)'],
];

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'coverage/', 'worker/build/', 'demo/dist/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      'max-lines': ['error', { max: 400 }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      complexity: ['error', 12],
      'max-params': ['error', 4],
      'no-console': 'error',
      eqeqeq: 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
        { selector: 'TSEnumDeclaration', message: 'Use a union of string literals.' },
      ],
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
  {
    files: pureFolders.map((folder) => `${folder}/*.ts`),
    rules: {
      'no-restricted-globals': ['error', ...ambient.map(([name, message]) => ({ name, message }))],
      'no-restricted-properties': [
        'error',
        {
          object: 'Math',
          property: 'random',
          message: 'take randomness as an argument (base/random.ts)',
        },
      ],
    },
  },
  {
    files: ['test/**/*.ts', 'loadtest/record-traces/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    // Tools that ask for a default export, and libraries that have one.
    files: ['*.config.ts', 'test/support/*.d.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: { process: 'readonly', console: 'readonly', URL: 'readonly', Buffer: 'readonly' },
    },
  },
);
