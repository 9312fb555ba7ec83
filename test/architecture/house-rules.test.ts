import { existsSync, globSync } from 'node:fs';
import path from 'node:path';
import { ESLint } from 'eslint';
import { expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const eslint = new ESLint({
  cwd: root,
  // rules that need types would need the example inside a project; these here do not
  overrideConfig: [
    { files: ['**/*.ts', '**/*.tsx'], languageOptions: { parserOptions: { projectService: false } } },
  ],
  ruleFilter: ({ ruleId }) => !ruleId.startsWith('@typescript-eslint/') && !ruleId.startsWith('react-hooks/'),
});

async function findings(file: string, code: string): Promise<readonly string[]> {
  const [result] = await eslint.lintText(code, { filePath: path.join(root, file) });
  return (result?.messages ?? []).map(({ ruleId }) => ruleId ?? 'parse error');
}

const SYNTAX = 'no-restricted-syntax';

it.each([
  ['main/bank/x.ts', 'export const t = Date.now();', SYNTAX],
  ['main/bank/x.ts', 'export const t = new Date();', SYNTAX],
  ['main/bank/x.ts', 'export const t = performance.now();', SYNTAX],
  ['main/hub/x.ts', 'export const r = Math.random();', SYNTAX],
  ['main/hub/x.ts', 'setTimeout(() => undefined, 5);', SYNTAX],
  ['renderer/bank/x.ts', 'setInterval(() => undefined, 5);', SYNTAX],
  ['main/bank/x.ts', 'export const h = process.env["HOME"];', SYNTAX],
  ['electron/x.ts', 'export const h = process.env["HOME"];', SYNTAX],
  ['main/platform/x.ts', 'export const h = process.env["HOME"];', SYNTAX],
  ['main/bank/x.ts', "import 'electron';", 'no-restricted-imports'],
  ['main/bank/x.ts', 'export default 1;', SYNTAX],
  ['main/hub/x.ts', 'socket.on("x", () => undefined);', SYNTAX],
  ['electron/desktop/x.ts', 'shell.openExternal(url);', SYNTAX],
  ['electron/desktop/x.ts', 'ipcMain.on("x", () => undefined);', SYNTAX],
  ['electron/desktop/x.ts', 'ipcMain.handle("x", () => undefined);', SYNTAX],
  ['electron/desktop/x.ts', 'contents.executeJavaScript("1");', SYNTAX],
  ['renderer/bank/x.tsx', 'export const x = <p dangerouslySetInnerHTML={{ __html: "" }} />;', SYNTAX],
  ['renderer/bank/x.ts', 'eval("1");', SYNTAX],
  ['renderer/bank/x.ts', 'new Function("1");', SYNTAX],
  ['main/learning/x.ts', 'tf.loadLayersModel("file://x");', SYNTAX],
  ['main/bank/store/x.ts', 'database.prepare(`select * from ${table}`);', SYNTAX],
  ['main/bank/store/x.ts', 'database.exec("select " + column);', SYNTAX],
  ['main/bank/x.ts', 'export function f(a: 1, b: 2, c: 3, d: 4) { return [a, b, c, d]; }', 'max-params'],
  ['main/bank/x.ts', `export function f() {\n${'  g();\n'.repeat(60)}}`, 'max-lines-per-function'],
  ['main/bank/x.ts', '// a line\n'.repeat(301), 'max-lines'],
])('in %s refuses %s', async (file, code, rule) => {
  expect(await findings(file, code)).toContain(rule);
});

it.each([
  ['main/platform/x.ts', 'export const t = Date.now();'],
  ['renderer/ui/clock.ts', 'setTimeout(() => undefined, 5);'],
  ['main/platform/config.ts', 'export const h = process.env["HOME"];'],
  ['main/wire/x.ts', 'socket.on("x", () => undefined);'],
  ['electron/desktop/links.ts', 'shell.openExternal("https://parley.example");'],
  ['main/bank/store/x.ts', 'database.prepare(`select * from transactions`);'],
  ['vitest.config.ts', 'export default 1;'],
])('in %s allows %s', async (file, code) => {
  const restricted = (await findings(file, code)).filter((rule) => rule === SYNTAX);
  expect(restricted).toEqual([]);
});

it('knows no folder that says nothing', () => {
  const folders = globSync('{electron,main,renderer,shared,test}/**/{utils,helpers,common,lib,services}', {
    cwd: root,
  });
  expect(folders).toEqual([]);
});

it('has the top-level folders of the design and no others', () => {
  const known = [
    'docs',
    'electron',
    'main',
    'node_modules',
    'out',
    'dist',
    'renderer',
    'resources',
    'scripts',
    'shared',
    'test',
  ];
  const folders = globSync('*/', { cwd: root }).map((folder) => folder.replace(/[/\\]$/, ''));
  expect(folders.filter((folder) => !known.includes(folder))).toEqual([]);
  for (const folder of ['electron', 'main', 'renderer', 'resources', 'shared', 'test']) {
    expect(existsSync(path.join(root, folder)), folder).toBe(true);
  }
});
