import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** Imports go one way: apps → replay → {sink, metadata, audit, cassandra, http-api} → kafka → protocol; service is for apps and http-api, the client for apps. Tags stand in each package.json. */
const boundaries = [
  { sourceTag: 'layer:protocol', onlyDependOnLibsWithTags: [] },
  { sourceTag: 'layer:client', onlyDependOnLibsWithTags: ['layer:protocol'] },
  { sourceTag: 'layer:kafka', onlyDependOnLibsWithTags: ['layer:protocol'] },
  { sourceTag: 'layer:domain', onlyDependOnLibsWithTags: ['layer:kafka', 'layer:protocol'] },
  // What puts several domains together (a replay: metadata and sinks), so that these need not know each other.
  { sourceTag: 'layer:replay', onlyDependOnLibsWithTags: ['layer:domain', 'layer:kafka', 'layer:protocol'] },
  { sourceTag: 'layer:service', onlyDependOnLibsWithTags: ['layer:protocol'] },
  { sourceTag: 'layer:api', onlyDependOnLibsWithTags: ['layer:domain', 'layer:protocol', 'layer:service'] },
  {
    sourceTag: 'layer:app',
    onlyDependOnLibsWithTags: [
      'layer:api',
      'layer:client',
      'layer:domain',
      'layer:kafka',
      'layer:protocol',
      'layer:replay',
      'layer:service',
    ],
  },
  { sourceTag: 'layer:tool', onlyDependOnLibsWithTags: ['*'] },
];

export default tseslint.config(
  { ignores: ['**/node_modules/**', '.nx/**', '.stack/**', '**/dist/**', '.test-results/**', '**/*.cjs', '**/*.mjs'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    plugins: { '@nx': nx },
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@nx/enforce-module-boundaries': ['error', { allow: [], depConstraints: boundaries }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false, attributes: false } }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-restricted-imports': ['error', { patterns: [{ group: ['kafkajs', 'kafkajs/*'], message: 'Only libs/kafka may use kafkajs.' }] }],
      eqeqeq: 'error',
    },
  },
  { files: ['libs/kafka/**'], rules: { 'no-restricted-imports': 'off' } },
  prettier,
);
