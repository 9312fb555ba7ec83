// Runs a built entry (bank, hub, demo), or a bench or proof from its source, in this very process: signals, exit codes
// and standard output are the entry's own.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { watchParent } from './watch-parent.mjs';
import { root, say } from './workspace.mjs';

const ENTRIES = {
  bank: 'out/main/bank.js',
  hub: 'out/main/hub.js',
  demo: 'out/main/demo.js',
  bench: 'test/bench/main.ts',
  prove: 'test/proof/main.ts',
};

const [name = '', ...args] = process.argv.slice(2);
const entry = Object.hasOwn(ENTRIES, name) ? join(root, ENTRIES[name]) : undefined;
if (entry === undefined || !existsSync(entry)) {
  say(`There is no "${name}" to run. Known: ${Object.keys(ENTRIES).join(', ')}.`);
  process.exit(2);
}
process.argv = [process.execPath, entry, ...args];
process.setSourceMapsEnabled(true);
watchParent();
await import(pathToFileURL(entry).href);
