/** Measures adopted models on the bank's own test days, in the background. The figures never leave. */
import { errorFields } from '#main/platform/log.ts';
import type { Log } from '#main/platform/ports.ts';
import type { BankTopic } from '#shared/contract/bank.ts';
import { isFailure } from '#shared/failure.ts';
import type { RunId } from '#shared/ids.ts';
import { plannedRounds } from '#shared/round/charter.ts';
import type { ScopeStore } from '../store/scopes.ts';
import type { Trainer } from '../training/trainer.ts';
import type { Models } from './models.ts';
import type { RoundsStore } from './store/records.ts';

export interface QualityPorts {
  readonly store: RoundsStore;
  readonly scopes: Pick<ScopeStore, 'running'>;
  readonly models: Pick<Models, 'head'>;
  readonly trainer: Pick<Trainer, 'evaluate'>;
  readonly log: Log;
  readonly changed: (...topics: readonly BankTopic[]) => void;
}

export interface QualityMeasuring {
  /** A model was adopted: measured at once where a person follows the rounds, else only the run's last one. */
  adopted(runId: RunId): void;
}

export function createQuality(ports: QualityPorts): QualityMeasuring {
  const measure = async (runId: RunId): Promise<void> => {
    const run = ports.store.run(runId);
    if (run === undefined) return;
    const { charter } = run.plan.plan;
    const { checkpoint, version } = ports.models.head(run);
    const quality = await ports.trainer.evaluate(charter, checkpoint);
    ports.store.saveQuality({ runId, version }, quality);
    ports.changed('models');
  };
  return {
    adopted: (runId) => {
      const run = ports.store.run(runId);
      if (run?.membership !== 'joined') return;
      const isLast = run.version >= plannedRounds(run.plan.plan.charter);
      if (!isLast && ports.scopes.running(runId) !== undefined) return;
      measure(runId).catch((error: unknown) => {
        const fields = isFailure(error) ? { code: error.code } : errorFields(error);
        ports.log.warn('model.not-measured', { runId, ...fields });
      });
    },
  };
}
