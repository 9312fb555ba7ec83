/** The sample consortium's data as files: one a bank, generated in a worker so that the caller stays responsive. */
import { join } from 'node:path';
import { z } from 'zod';
import { FailureError } from '#shared/failure.ts';
import type { Split } from '#shared/round/charter.ts';
import type { Workers } from '../platform/ports.ts';
import { bankProfile } from './generator/bank.ts';

/** Days 20..84 of the sample train, labels known by day 92, days 92..119 test (day 0: 2026-01-05). */
export const SAMPLE_SPLIT: Split = {
  trainFrom: '2026-01-25',
  trainUntil: '2026-03-31',
  labelsKnownBy: '2026-04-07',
  testFrom: '2026-04-07',
  testUntil: '2026-05-05',
};

const NAMES = ['Bank Nord', 'Banque du Lac', 'Bank Zuid', 'Bank Wisła', 'Banco del Sol', 'Bank Süd'] as const;

export function sampleBankName(index: number): string {
  return NAMES[index] ?? `Bank ${String(index + 1)}`;
}

/** The home country that a bank of the sample states: the one that its rows are generated around. */
export function sampleBankCountry(index: number): string {
  return bankProfile(index).country;
}

export const SampleJob = z.strictObject({
  directory: z.string(),
  banks: z.int().min(1).max(6),
  seed: z.int().min(0).max(0xffff_ffff),
});
export type SampleJob = z.infer<typeof SampleJob>;

export const SampleMessage = z.strictObject({ written: z.int().min(1) });

export function sampleFile(directory: string, index: number): string {
  return join(directory, `bank-${String(index)}.csv`);
}

export interface WriteSampleOptions extends SampleJob {
  readonly workers: Workers;
  readonly onShare: (share: number) => void;
}

/** Writes `bank-0.csv` … into the directory and answers their paths. Throws FailureError 'worker-died'. */
export function writeSample(options: WriteSampleOptions): Promise<readonly string[]> {
  const { directory, banks, seed, workers, onShare } = options;
  const job: SampleJob = { directory, banks, seed };
  const worker = workers.start('sample', job);
  let written = 0;
  return new Promise((resolve, reject) => {
    worker.onMessage((message) => {
      written = SampleMessage.parse(message).written;
      onShare(written / banks);
    });
    worker.onExit((error) => {
      if (error === undefined && written === banks)
        resolve(Array.from({ length: banks }, (_, n) => sampleFile(directory, n)));
      else
        reject(
          new FailureError(
            'worker-died',
            `Generating the sample stopped: ${error?.message ?? 'the worker ended early'}`,
          ),
        );
    });
  });
}
