/** The bank's headless process: the analyst's command line on this process's arguments and streams. Wiring only. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { runBankProgram } from '#main/bank/cli/main.ts';
import type { HostFlags } from '#main/bank/cli/program.ts';
import { readText } from '#main/bank/cli/read-text.ts';
import { writeText } from '#main/bank/cli/write-text.ts';
import { realClock } from '#main/platform/clock.ts';

// The native TensorFlow library reads this from the process itself, not from a worker: else it greets on standard error.
process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';

const stderr = (text: string): void => void process.stderr.write(text);

/** Loaded when a verb needs a bank: `epsilon` and `help` don't. */
async function bankOptions(flags: HostFlags) {
  const { hostOptions } = await import('#main/bank/cli/host-options.ts');
  // The same two levels up from main/entry and from out/main.
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const { version } = z.object({ version: z.string() }).parse(manifest);
  const pageDirectory = path.resolve(import.meta.dirname, '../../out/renderer');
  return hostOptions(flags, { entryDirectory: import.meta.dirname, pageDirectory, version, stderr });
}

const exitCode = await runBankProgram({
  args: process.argv.slice(2),
  stdout: (text) => void process.stdout.write(text),
  stderr,
  isTerminal: process.stderr.isTTY,
  readText,
  writeText,
  clock: realClock,
  bankOptions,
});
if (exitCode !== undefined) process.exitCode = exitCode;
