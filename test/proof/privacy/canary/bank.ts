/** A whole bank with a real store, import, features, training, gate and sockets; a leaking build wraps its trainer or its wire. */
import path from 'node:path';
import { type Bank, createBank } from '#main/bank/create.ts';
import { createTrainer } from '#main/bank/training/create-trainer.ts';
import type { FeatureAccess } from '#main/bank/training/training-thread.ts';
import type { Trainer } from '#main/bank/training/trainer.ts';
import { realClock } from '#main/platform/clock.ts';
import { createFileLog } from '#main/platform/log.ts';
import type { Log } from '#main/platform/ports.ts';
import { systemRandom } from '#main/platform/random.ts';
import { createSecrets } from '#main/platform/secrets.ts';
import { createWorkers } from '#main/platform/workers/workers.ts';
import { connectFederation } from '#main/wire/federation-client.ts';
import { bankContract, type BankContract } from '#shared/contract/bank.ts';
import { createClient } from '#shared/contract/client.ts';
import type { Client } from '#shared/contract/define.ts';

export interface LeakTools {
  readonly log: Log;
  /** Where the bank's bytes go. */
  readonly address: string;
  readonly features: FeatureAccess;
  readonly client: () => Client<BankContract>;
}

export interface Build {
  readonly name: string;
  readonly trainer: (trainer: Trainer, tools: LeakTools) => Trainer;
}

export interface OpenedBank {
  readonly name: string;
  readonly bank: Bank;
  readonly client: Client<BankContract>;
  readonly features: FeatureAccess;
}

export interface BankPlan {
  readonly name: string;
  readonly home: string;
  readonly logs: string;
  /** The tap before the hub. */
  readonly address: string;
  readonly build: Build;
}

const ENTRIES = path.resolve(import.meta.dirname, '../../../../main/entry');

export async function openBank({ name, home, logs, address, build }: BankPlan): Promise<OpenedBank> {
  const log = createFileLog({ directory: logs, level: 'debug', clock: realClock });
  const workers = createWorkers({ entryDirectory: ENTRIES });
  const opened: { features?: FeatureAccess } = {};
  const bank = await createBank({
    ...{ home, log, workers, random: systemRandom, clock: realClock },
    secrets: createSecrets({
      directory: path.join(home, 'keys'),
      key: { kind: 'none' },
      random: systemRandom,
    }),
    processes: {
      start: () => {
        throw new RangeError('no further processes here');
      },
    },
    connectFederation: (options) => connectFederation({ ...options, address }),
    host: 'headless',
    version: '0.0.0',
    threads: 1,
    trainer: (features) => {
      opened.features = features;
      const trainer = createTrainer({
        ...{ workers, log, features, clock: realClock, threads: 1, engine: () => 'kernel' as const },
      });
      return build.trainer(trainer, { log, address, features, client: () => client });
    },
  });
  const client = createClient(bankContract, {
    request: (method, input) => bank.answer(method, input, undefined),
  });
  if (opened.features === undefined) throw new RangeError('the bank made no trainer');
  return { name, bank, client, features: opened.features };
}
