/** `npm run prove -- NAME [--json] [options]`: runs one proof of this folder; exit 0 when every check passed. */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { FailureError, isFailure } from '#shared/failure.ts';
import type { Proof, ProofReport } from './proof.ts';

const NOT_PROOFS = ['main', 'proof'];

/** Files beside this one that export a `proof`. */
function names(): readonly string[] {
  return readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => basename(file, '.ts'))
    .filter((name) => !NOT_PROOFS.includes(name))
    .sort();
}

function isProof(value: unknown): value is Proof {
  return typeof value === 'object' && value !== null && 'run' in value && typeof value.run === 'function';
}

async function load(name: string): Promise<Proof> {
  if (!names().includes(name))
    throw new FailureError('wrong-usage', `There is no proof "${name}". Known: ${names().join(', ')}`);
  const module: unknown = await import(join(import.meta.dirname, `${name}.ts`));
  const found = typeof module === 'object' && module !== null && 'proof' in module ? module.proof : undefined;
  if (!isProof(found)) throw new TypeError(`test/proof/${name}.ts exports no proof`);
  return found;
}

async function overview(): Promise<string> {
  const lines = await Promise.all(
    names().map(async (name) => `  ${name.padEnd(14)}${(await load(name)).summary}`),
  );
  return `Proofs: claims of the design shown by running them.\n\n  npm run prove -- NAME --help\n\n${lines.join('\n')}`;
}

function print(report: ProofReport, json: boolean): void {
  if (json) {
    const { figures, checks } = report;
    process.stdout.write(`${JSON.stringify({ figures, checks }, undefined, 2)}\n`);
    return;
  }
  const checks = report.checks.map(
    ({ name, passed, detail }) => `${passed ? 'passed' : 'FAILED'}  ${name}: ${detail}`,
  );
  process.stdout.write(`\n${report.table}\n\n${checks.join('\n')}\n`);
}

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  const wantsHelp = rest.includes('--help') || rest.includes('-h');
  if (name === undefined || name.startsWith('-')) {
    process.stdout.write(`${await overview()}\n`);
    return name === undefined || name === '--help' || name === '-h' ? 0 : 2;
  }
  const proof = await load(name);
  if (wantsHelp) {
    process.stdout.write(`${proof.summary}\n\n${proof.help}\n`);
    return 0;
  }
  const json = rest.includes('--json');
  const report = await proof.run(
    rest.filter((argument) => argument !== '--json'),
    (line) => void process.stderr.write(`${line}\n`),
  );
  print(report, json);
  return report.checks.every(({ passed }) => passed) ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!isFailure(error)) throw error;
  const failure = error.toFailure();
  process.exitCode = failure.code === 'wrong-usage' ? 2 : 1;
  if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify({ failure })}\n`);
  else process.stderr.write(`${failure.message}. ${failure.nextStep}\n`);
}
