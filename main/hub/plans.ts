/** Planning a run: what this version can do, whether the sums stay exact, and the operator's signature. */
import { FailureError } from '#shared/failure.ts';
import { RunId } from '#shared/ids.ts';
import type { Charter } from '#shared/round/charter.ts';
import { updateLayout } from '#shared/round/update-layout.ts';
import type { Random } from '#main/platform/ports.ts';
import { newId } from '#main/platform/random.ts';
import { parameterCount } from '#main/learning/model/layers.ts';
import { initialCheckpoint, serialiseCheckpoint } from '#main/learning/recipes/checkpoint.ts';
import { digestOf, signStatement } from '#main/wire/identity.ts';
import type { HubKeys } from './keys.ts';
import type { HubRunRecord } from './store/runs.ts';

/** Banks that a charter's grids must have room for, whatever the roster is today. */
const ROOM_FOR_BANKS = 20;

export interface PlanOptions {
  readonly charter: Charter;
  readonly consortiumId: string;
  readonly banks: number;
  readonly keys: HubKeys;
  readonly random: Random;
}

/** The signed plan with its first checkpoint. Throws 'not-supported-yet' or 'charter-invalid'. */
export function signPlan(options: PlanOptions): Omit<HubRunRecord, 'status' | 'committed'> {
  const { charter, keys } = options;
  if (charter.consortium.id !== options.consortiumId)
    throw new FailureError('charter-invalid', 'consortium.id: the charter is for another consortium');
  refuseWhatIsNotThere(charter);
  requireExactSums(charter, Math.max(options.banks, ROOM_FOR_BANKS));
  const plan = { runId: newId(options.random, 'run', RunId), charterHash: digestOf(charter), charter };
  const signed = { plan, operatorSignature: signStatement(keys.operator.privateKey, 'run-plan', plan) };
  const checkpoint = serialiseCheckpoint(initialCheckpoint(charter));
  return {
    runId: plan.runId,
    plan: signed,
    checkpoint,
    checkpointHash: digestOf(checkpoint),
    headHash: digestOf(signed),
  };
}

function refuseWhatIsNotThere({ privacy, secureAggregation }: Charter): void {
  if (privacy.noise === 'shared')
    throw new FailureError(
      'not-supported-yet',
      'privacy.noise: shared noise needs secure aggregation, which is not there yet; use full',
    );
  if (secureAggregation.kind === 'on')
    throw new FailureError('not-supported-yet', 'secureAggregation: it is not there yet; use off');
}

/** Σ tier·Δ and ΣG over all banks must be exact in float64: below 2^53 in every round. */
function requireExactSums(charter: Charter, banks: number): void {
  const parameters = parameterCount(charter.model.layers);
  for (let index = 0; index < charter.recipe.rounds; index++) {
    for (const vector of updateLayout(charter, parameters, index)) {
      const weight = vector.name === 'difference' ? charter.participation.largestTier : 1;
      const largest = vector.bound * weight * banks;
      if (largest > Number.MAX_SAFE_INTEGER)
        throw new FailureError(
          'charter-invalid',
          `grids.${vector.name}: ${String(banks)} banks could add up to 2^${Math.log2(largest).toFixed(1)}; exact sums end at 2^53`,
          { largest },
        );
    }
  }
}
