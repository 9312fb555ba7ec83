import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';

const root = path.resolve(import.meta.dirname, '../..');

/** One file a rule, each breaking that rule and nothing else that matters here. */
const VIOLATIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'no-cycles': { 'main/bank/a.ts': "import './b.ts';", 'main/bank/b.ts': "import './a.ts';" },
  'shared-imports-only-zod': { 'shared/reads-files.ts': "import 'node:fs';" },
  'renderer-sees-shared-only': { 'renderer/reaches-in.ts': "import '../main/bank/fine.ts';" },
  'renderer-has-no-node': { 'renderer/uses-node.ts': "import 'node:path';" },
  'main-below-electron': { 'main/bank/reaches-up.ts': "import '../../electron/shell.ts';" },
  'electron-sees-main-and-shared': { 'electron/reaches-out.ts': "import '../renderer/page.ts';" },
  'electron-only-in-electron': { 'main/hub/desktop.ts': "import 'electron';" },
  'bank-never-sees-hub': { 'main/bank/peeks.ts': "import '../hub/fine.ts';" },
  'hub-never-sees-bank': { 'main/hub/peeks.ts': "import '../bank/fine.ts';" },
  'learning-is-pure': { 'main/learning/reads-files.ts': "import 'node:fs';" },
  'learning-imports-little': { 'main/learning/asks-bank.ts': "import '../bank/fine.ts';" },
  'secure-aggregation-is-pure': { 'main/secure-aggregation/talks.ts': "import 'node:net';" },
  'sql-in-stores-only': { 'main/bank/queries.ts': "import 'better-sqlite3';" },
  'sockets-on-the-wire-only': { 'main/hub/socket.ts': "import 'socket.io';" },
  'tensorflow-in-its-place-only': { 'main/bank/trains.ts': "import '@tensorflow/tfjs-core';" },
  'nothing-unresolved': { 'main/bank/typo.ts': "import './absent.ts';" },
  'product-never-imports-tests': { 'main/bank/uses-fake.ts': "import '../../test/fake.ts';" },
};

/** The same imports where they belong. */
const ALLOWED: Readonly<Record<string, string>> = {
  'main/bank/fine.ts': '',
  'main/hub/fine.ts': '',
  'electron/shell.ts': "import 'electron';\nimport '../main/bank/fine.ts';",
  'renderer/page.ts': "import '../shared/fine.ts';",
  'renderer/transport/socket.ts': "import 'socket.io-client';",
  'shared/fine.ts': "import 'zod';",
  'main/bank/store.ts': "import 'better-sqlite3';",
  'main/bank/store/rows.ts': "import 'better-sqlite3';",
  'main/platform/ports.ts': '',
  'main/platform/sqlite/open.ts': "import 'better-sqlite3';",
  'main/platform/engine/select.ts': "import '@tensorflow/tfjs-core';",
  'main/learning/tensorflow/engine.ts': "import '@tensorflow/tfjs-core';\nimport '../../platform/ports.ts';",
  'main/secure-aggregation/keys.ts': "import 'node:crypto';",
  'main/wire/server.ts': "import 'socket.io';",
  'test/fake.ts': '',
};

const Rules = z.object({
  forbidden: z.array(z.looseObject({ name: z.string() })),
  options: z.looseObject({}),
});

let planted: string;
let found: ReadonlySet<string>;
let rules: z.infer<typeof Rules>;

beforeAll(async () => {
  // inside the clone: the packages resolve through its node_modules
  const cache = path.join(root, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  planted = mkdtempSync(path.join(cache, 'layers-'));
  const files = Object.entries({ ...Object.assign({}, ...Object.values(VIOLATIONS)), ...ALLOWED } as Record<
    string,
    string
  >);
  for (const [file, text] of files) {
    mkdirSync(path.dirname(path.join(planted, file)), { recursive: true });
    writeFileSync(path.join(planted, file), text);
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(planted, 'node_modules'));
  rules = Rules.parse(createRequire(import.meta.url)('../../.dependency-cruiser.cjs'));
  const result = await cruise(['electron', 'main', 'renderer', 'shared', 'test'], {
    ...rules.options,
    tsConfig: undefined,
    // its packages are a link to ours
    preserveSymlinks: true,
    baseDir: planted,
    validate: true,
    ruleSet: { forbidden: rules.forbidden },
  } as never);
  const { summary } = result.output as ICruiseResult;
  found = new Set(summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`));
});

afterAll(() => {
  rmSync(planted, { recursive: true, force: true });
});

it('has an example for every rule', () => {
  expect(Object.keys(VIOLATIONS).sort()).toEqual(rules.forbidden.map(({ name }) => name).sort());
});

it.each(Object.entries(VIOLATIONS))('%s bites', (rule, files) => {
  const reported = Object.keys(files).map((file) => `${rule}: ${file}`);
  expect([...found].filter((one) => reported.includes(one))).not.toEqual([]);
});

it('lets every import be where it belongs', () => {
  const innocent = [...found].filter((one) => Object.keys(ALLOWED).some((file) => one.endsWith(`: ${file}`)));
  expect(innocent).toEqual([]);
});
