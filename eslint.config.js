import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import hooks from 'eslint-plugin-react-hooks';
import globals from 'globals';
import tseslint from 'typescript-eslint';

const restrict = (selector, message) => ({ selector, message });

/** Each list is repeated where a folder's rules differ: ESLint replaces the options of a rule, it never merges them. */
const timeAndChance = [
  restrict(
    'MemberExpression[object.name=/^(Date|performance)$/][property.name="now"]',
    'Time comes in through the Clock port (main/platform/ports.ts); in the renderer through renderer/ui/clock.ts.',
  ),
  restrict('NewExpression[callee.name="Date"][arguments.length=0]', 'Time comes in through the Clock port.'),
  restrict(
    'MemberExpression[object.name="Math"][property.name="random"]',
    'Chance comes in through the Random port.',
  ),
  restrict(
    'CallExpression[callee.name=/^(setTimeout|setInterval|setImmediate)$/]',
    'Waiting goes through Clock.after; in the renderer through renderer/ui/clock.ts.',
  ),
];
const environment = [
  restrict(
    'MemberExpression[object.name="process"][property.name="env"]',
    'The environment is read once, in main/platform/config.ts.',
  ),
];
const dangerous = [
  restrict('TSEnumDeclaration', 'Use a union of strings.'),
  restrict('ExportDefaultDeclaration', 'Named exports only.'),
  restrict(
    'CallExpression[callee.property.name="openExternal"]:not([arguments.0.type="Literal"])',
    'Only fixed https addresses are opened outside (electron/desktop/links.ts).',
  ),
  restrict('CallExpression[callee.property.name="executeJavaScript"]', 'Never run code inside the page.'),
  restrict(
    'CallExpression[callee.object.name="ipcMain"][callee.property.name=/^(on|once|handle|handleOnce)$/]',
    'Channels are registered by electron/desktop/channels.ts only.',
  ),
  restrict('CallExpression[callee.name="eval"], NewExpression[callee.name="Function"]', 'No code from text.'),
  restrict('JSXAttribute[name.name="dangerouslySetInnerHTML"]', 'No markup from text.'),
  restrict(
    'CallExpression[callee.property.name=/^(loadLayersModel|loadGraphModel)$/]',
    'A model file is a program: only flat arrays into a locally built model.',
  ),
  restrict(
    'CallExpression[callee.property.name=/^(prepare|exec)$/] > TemplateLiteral[expressions.length>0], CallExpression[callee.property.name=/^(prepare|exec)$/] > BinaryExpression',
    'No SQL built from strings.',
  ),
];
const sockets = [
  restrict(
    'CallExpression[callee.object.name=/^(socket|io|namespace)$/][callee.property.name=/^(on|once)$/]',
    'Socket handlers live in main/wire, behind the one wrapper that catches.',
  ),
];
const only = (...lists) => ({ 'no-restricted-syntax': ['error', ...lists.flat()] });

export default tseslint.config(
  {
    ignores: [
      'out/',
      'dist/',
      'node_modules/',
      'coverage/',
      '.cache/',
      'main/learning/kernel/assembly/',
      '**/*.generated.ts',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx,mts}'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/dot-notation': 'off', // noPropertyAccessFromIndexSignature asks for the brackets
      '@typescript-eslint/require-await': 'off', // a handler may be async by its type alone
      '@typescript-eslint/consistent-type-definitions': 'off', // unions and object types read alike
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { allowDefaultCaseForExhaustiveSwitch: false },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      'no-restricted-imports': [
        'error',
        {
          paths: [{ name: 'electron', message: 'Electron is imported in electron/ only.' }],
          patterns: ['electron/*'],
        },
      ],
      ...only(timeAndChance, environment, dangerous, sockets),
    },
  },
  {
    files: ['electron/**/*.ts', 'main/**/*.ts', 'renderer/**/*.{ts,tsx}', 'shared/**/*.ts'],
    rules: {
      'max-lines': ['error', 300],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 3],
    },
  },
  {
    files: ['main/platform/**/*.ts'],
    rules: only(environment, dangerous, sockets),
  },
  { files: ['main/platform/config.ts'], rules: only(dangerous, sockets) },
  { files: ['main/entry/**/*.ts'], rules: only(timeAndChance, dangerous, sockets) },
  { files: ['main/wire/**/*.ts'], rules: only(timeAndChance, environment, dangerous) },
  { files: ['renderer/ui/clock.ts'], rules: only(environment, dangerous, sockets) },
  { files: ['electron/**/*.ts'], rules: { 'no-restricted-imports': 'off' } },
  {
    files: ['electron/desktop/channels.ts'],
    rules: only(timeAndChance, environment, sockets),
  },
  {
    files: ['renderer/**/*.{ts,tsx}'],
    extends: [hooks.configs.flat.recommended],
    languageOptions: { globals: globals.browser },
  },
  {
    // tests measure, wait for real processes and build hostile input: the bans on time, environment and sockets are not theirs
    files: ['test/**/*.{ts,tsx}'],
    rules: {
      'no-restricted-imports': 'off',
      ...only([restrict('TSEnumDeclaration', 'Use a union of strings.')]),
      'max-lines': ['error', 600],
    },
  },
  { files: ['*.config.ts', 'scripts/*.d.mts'], rules: { 'no-restricted-syntax': 'off' } },
  { files: ['**/*.{js,mjs,cjs}'], languageOptions: { globals: globals.node } },
  prettier,
);
