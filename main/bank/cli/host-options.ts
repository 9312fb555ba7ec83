/** The real ports of a headless bank: configuration, keys, log, threads and processes of this machine. */
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { realClock } from '#main/platform/clock.ts';
import { defaultHome, loadConfig, secretsKeyOf } from '#main/platform/config.ts';
import { createFileLog, createStderrLog, joinLogs } from '#main/platform/log.ts';
import { createProcesses } from '#main/platform/processes/processes.ts';
import { systemRandom } from '#main/platform/random.ts';
import { createSecrets } from '#main/platform/secrets.ts';
import { createWorkers } from '#main/platform/workers/workers.ts';
import { connectFederation } from '#main/wire/federation-client.ts';
import type { HostFlags, ProgramOptions } from './program.ts';

export interface HostPlace {
  /** Folder of the entries: out/main in a build, main/entry when Node runs the sources. */
  readonly entryDirectory: string;
  readonly pageDirectory: string;
  readonly version: string;
  readonly stderr: (text: string) => void;
}

/** Throws `wrong-usage` for a setting that is not valid, `passphrase-wrong` for keys that another one protects. */
export function hostOptions(flags: HostFlags, place: HostPlace): ProgramOptions {
  const config = loadConfig({ flags, defaultHome: defaultHome('bank') });
  const { home } = config;
  const clock = realClock;
  const random = systemRandom;
  const { entryDirectory, pageDirectory, version } = place;
  return {
    ...{ home, clock, random, connectFederation, version, pageDirectory },
    host: 'headless',
    port: config.port,
    threads: config.threads ?? availableParallelism(),
    log: joinLogs(
      createStderrLog({ level: 'warn', clock, write: place.stderr }),
      createFileLog({ directory: path.join(home, 'logs'), level: config.logLevel, clock }),
    ),
    secrets: createSecrets({ directory: path.join(home, 'keys'), key: secretsKeyOf(config), random }),
    workers: createWorkers({ entryDirectory }),
    processes: createProcesses({ entryDirectory }),
  };
}
