/** Scores stored rows of the charter's test days with the bank's current model. */
import path from 'node:path';
import { mkdirSync } from 'node:fs';
import type { BankContract } from '#shared/contract/bank.ts';
import type { Handlers } from '#shared/contract/define.ts';
import { FailureError } from '#shared/failure.ts';
import type { RunId } from '#shared/ids.ts';
import type { RunRecord } from '../rounds/store/records.ts';
import { score } from '../scoring/scorer.ts';
import { exportFolder, type Services } from '../services.ts';

export function scoringHandlers(services: Services): Pick<Handlers<BankContract>, 'scoring.score'> {
  return {
    'scoring.score': async ({ runId, outputFile }) => {
      const run = scoredRun(services, runId);
      const { charter } = run.plan.plan;
      await services.features.compute(charter.features);
      const { checkpoint, version } = services.rounds.models.head(run);
      return score(services.options, {
        storeFile: services.store.file,
        charter,
        weights: checkpoint.weights,
        rows: 'test',
        outputFile: outputFile ?? defaultFile(services, run.runId, version),
      });
    },
  };
}

/** The named run, or the one whose model was adopted last. Throws `model-missing`. */
function scoredRun({ roundsPorts, rounds }: Services, runId: RunId | undefined): RunRecord {
  const newest = runId ?? roundsPorts.store.models()[0]?.runId;
  const run = newest === undefined ? undefined : rounds.run(newest);
  if (run === undefined || run.version === 0)
    throw new FailureError('model-missing', 'This bank has adopted no model yet');
  return run;
}

function defaultFile({ options }: Services, runId: RunId, version: number): string {
  const folder = exportFolder(options);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return path.join(folder, `scores-${runId}-version-${String(version)}.csv`);
}
