/** `npm run demo`: hub and banks as processes, one run, the closing table. Wiring only. */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { isFailure } from '#shared/failure.ts';
import { realClock } from '../platform/clock.ts';
import { createStderrLog } from '../platform/log.ts';
import { createProcesses } from '../platform/processes/processes.ts';
import { createWorkers } from '../platform/workers/workers.ts';
import { DEMO_HELP, type DemoOptions, parseDemoOptions } from '../sample/demo/options.ts';
import { outcomeTable } from '../sample/demo/outcome.ts';
import { createProgressLine } from '../sample/demo/progress.ts';
import { runDemo } from '../sample/demo/run.ts';

async function main(options: DemoOptions): Promise<void> {
  const directory =
    options.keep === undefined
      ? mkdtempSync(path.join(tmpdir(), 'parley-demo-'))
      : path.resolve(options.keep);
  const entryDirectory = import.meta.dirname;
  const progress = createProgressLine(process.stderr, realClock);
  let stop = (): void => undefined;
  const leave = (code: number): never => {
    stop();
    if (options.keep === undefined) rmSync(directory, { recursive: true, force: true });
    process.exit(code);
  };
  process.once('SIGINT', () => leave(130));
  process.once('SIGTERM', () => leave(143));
  try {
    const outcome = await runDemo(options, {
      directory,
      clock: realClock,
      log: createStderrLog({ level: 'warn', clock: realClock }),
      processes: createProcesses({ entryDirectory }),
      workers: createWorkers({ entryDirectory }),
      threads: availableParallelism(),
      onProgress: progress.show,
      onStarted: (consortium) => {
        stop = consortium.stop;
      },
    });
    progress.end();
    process.stdout.write(
      options.json ? `${JSON.stringify(outcome)}\n` : `${outcomeTable(outcome, options.unit)}\n`,
    );
    leave(0);
  } catch (error) {
    progress.end();
    leave(fail(error, options.json));
  }
}

function fail(error: unknown, json: boolean): number {
  if (!isFailure(error)) throw error;
  const failure = error.toFailure();
  if (json) process.stdout.write(`${JSON.stringify({ failure })}\n`);
  else process.stderr.write(`${failure.message}. ${failure.nextStep}\n`);
  return failure.code === 'wrong-usage' ? 2 : 1;
}

const args = process.argv.slice(2);
try {
  const options = parseDemoOptions(args);
  if (options === 'help') process.stdout.write(`${DEMO_HELP}\n`);
  else await main(options);
} catch (error) {
  process.exitCode = fail(error, args.includes('--json'));
}
