/** The hub's process: the operator's command line on this process's arguments and streams. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { runHubProgram } from '#main/hub/cli/main.ts';

// The same two levels up from main/entry and from out/main.
const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const { version } = z.object({ version: z.string() }).parse(manifest);

const exitCode = await runHubProgram({
  args: process.argv.slice(2),
  version,
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
});
if (exitCode !== undefined) process.exitCode = exitCode;
