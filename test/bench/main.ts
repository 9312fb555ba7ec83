/** `npm run bench -- [--json] [NAME…]`: runs the benchmarks of this folder, one after the other, on an otherwise idle machine. */
import { readdirSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { isFailure } from '#shared/failure.ts';
import { engineName } from './engine-name.ts';
import type { Bench, BenchResult } from './result.ts';

const HELP = `Benchmarks: each figure with its unit and, where it says something, against a yardstick measured in the same run.

  npm run bench
  npm run bench -- learning import
  npm run -s bench -- --json rounds

  NAME      only these (${names().join(', ')})
  --json    one JSON document on standard output: {machine, engine, results: [{name, value, unit, ratio, against}]}`;

/** Files beside this one that export `bench*` functions. */
function names(): readonly string[] {
  const others = ['main', 'result', 'engine-name'];
  return readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => basename(file, '.ts'))
    .filter((name) => !others.includes(name))
    .sort();
}

function isBench(exported: [string, unknown]): exported is [string, Bench] {
  return exported[0].startsWith('bench') && typeof exported[1] === 'function';
}

async function benchesOf(name: string): Promise<readonly Bench[]> {
  const module: unknown = await import(join(import.meta.dirname, `${name}.ts`));
  return typeof module === 'object' && module !== null
    ? Object.entries(module)
        .filter(isBench)
        .map(([, bench]) => bench)
    : [];
}

async function run(chosen: readonly string[]): Promise<readonly BenchResult[]> {
  const results: BenchResult[] = [];
  for (const name of chosen) {
    process.stderr.write(`${name} …\n`);
    for (const bench of await benchesOf(name)) results.push(...(await bench()));
  }
  return results;
}

function machine(): string {
  const cores = cpus();
  const gibibytes = Math.round(totalmem() / 2 ** 30);
  const model = cores[0]?.model.trim() ?? 'unknown processor';
  return `${model}, ${String(cores.length)} cores, ${String(gibibytes)} GiB, ${process.platform} ${process.arch}, Node ${process.versions.node}`;
}

/** JSON readers find every key: null where there is no comparison. */
function withNulls({ name, value, unit, ratio, against }: BenchResult) {
  return { name, value, unit, ratio: ratio ?? null, against: against ?? null };
}

function table(results: readonly BenchResult[]): string {
  const width = Math.max(...results.map(({ name }) => name.length), 4);
  return results
    .map(({ name, value, unit, ratio, against }) => {
      const figure = `${name.padEnd(width)}  ${rounded(value).padStart(12)} ${unit}`;
      const comparison = [ratio === undefined ? '' : `${rounded(ratio)} ×`, against ?? ''].join(' ').trim();
      return `${figure.padEnd(width + 36)}  ${comparison}`.trimEnd();
    })
    .join('\n');
}

function rounded(value: number): string {
  return Math.abs(value) >= 1000
    ? Math.round(value).toLocaleString('en')
    : String(Number(value.toPrecision(4)));
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    allowPositionals: true,
  });
  if (values.help === true) {
    process.stdout.write(`${HELP}\n`);
    return 0;
  }
  const unknown = positionals.filter((name) => !names().includes(name));
  if (unknown.length > 0) {
    process.stderr.write(`There is no benchmark "${unknown.join('", "')}". Known: ${names().join(', ')}.\n`);
    return 2;
  }
  const results = await run(positionals.length > 0 ? positionals : names());
  const report = { machine: machine(), engine: await engineName(), results: results.map(withNulls) };
  process.stdout.write(
    values.json === true
      ? `${JSON.stringify(report, undefined, 2)}\n`
      : `\n${report.machine}\nengine: ${report.engine}\n\n${table(results)}\n`,
  );
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.exitCode = 1;
  if (!isFailure(error)) throw error;
  const failure = error.toFailure();
  if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify({ failure })}\n`);
  else process.stderr.write(`${failure.message}. ${failure.nextStep}\n`);
}
