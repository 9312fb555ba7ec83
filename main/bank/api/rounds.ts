/** The contract's methods about runs, rounds and models. */
import type { BankContract } from '#shared/contract/bank.ts';
import type { Handlers } from '#shared/contract/define.ts';
import { createPublishedQuality } from '#main/learning/evaluate/published-quality.ts';
import { FailureError } from '#shared/failure.ts';
import type { RunId } from '#shared/ids.ts';
import { modelViews, roundHistory, runView, type ViewSources } from '../rounds/run-views.ts';
import type { Services } from '../services.ts';
import { currentDataVersion } from '../store/data-versions.ts';
import { started } from './started.ts';

type RoundMethods = Extract<keyof BankContract, `${'runs' | 'rounds' | 'models'}.${string}`>;

export function roundHandlers(services: Services): Pick<Handlers<BankContract>, RoundMethods> {
  const { gate, rounds, roundsPorts } = services;
  const views = viewSources(services);
  const quality = createPublishedQuality();
  return {
    'runs.list': () => roundsPorts.store.runs().map((run) => runView(views, run)),
    'runs.join': async ({ runId }) => {
      await rounds.join(runId);
      return {};
    },
    'runs.leave': async ({ runId }) => {
      await rounds.leave(runId);
      return {};
    },
    'rounds.train': async ({ roundId }) => {
      await started(services, roundId, gate.train(rounds.requireRound(roundId)));
      return {};
    },
    'rounds.stopTraining': async ({ roundId }) => {
      await gate.stopTraining(roundId);
      return {};
    },
    'rounds.decline': ({ roundId }) => {
      rounds.decline(roundId);
      return {};
    },
    'rounds.history': ({ runId }) => roundHistory(views, runId),
    'models.list': () => [...modelViews(roundsPorts, quality)],
    'models.export': ({ runId }) => exportedModel(services, runId),
  };
}

function exportedModel({ rounds }: Services, runId: RunId) {
  const run = rounds.run(runId);
  const { version, checkpointHash, checkpoint } = rounds.models.head(run);
  if (version === 0)
    throw new FailureError('model-missing', 'No model of this run was published yet', { runId });
  const { layers, activation } = run.plan.plan.charter.model;
  return {
    charterHash: run.charterHash,
    ...{ checkpointHash, version, layers, activation },
    weights: [...checkpoint.weights],
  };
}

function viewSources(services: Services): ViewSources {
  const { roundsPorts, gate, gatePorts, rounds, consortium, store } = services;
  return {
    ports: roundsPorts,
    gate,
    scopes: gatePorts.scopes,
    roster: rounds.roster,
    members: rounds.members,
    openRounds: rounds.openRounds,
    uploads: rounds.uploads,
    standing: () => ({
      membership: consortium.joined()?.membership ?? 'unknown',
      rows: currentDataVersion(store.database).rows,
    }),
  };
}
