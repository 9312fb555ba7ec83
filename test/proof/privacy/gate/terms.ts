/** The run that the bank under test takes part in: keys, charter and rounds, the same every time. */
import type { SignedRunPlan } from '#shared/contract/federation.ts';
import { BankId, ConsortiumId, Digest, idFromBytes, ReviewerId, RoundId, RunId } from '#shared/ids.ts';
import { type Charter, Charter as CharterSchema } from '#shared/round/charter.ts';
import { presetCharter, REFERENCE_SPLIT } from '#shared/round/presets.ts';
import { plannedSteps } from '#main/bank/review/cost.ts';
import type { RoundContext } from '#main/bank/review/round-context.ts';
import { firstModel } from '#main/bank/rounds/replay.ts';
import { digestOf, keyPairFromSeed, signStatement } from '#main/wire/identity.ts';
import { seededRandom } from '../../../fakes/random.ts';

const random = seededRandom('proof of the gate');
export const CONSORTIUM = idFromBytes('con', ConsortiumId, random.bytes(26));
export const BANK = idFromBytes('bnk', BankId, random.bytes(26));
export const RUN = idFromBytes('run', RunId, random.bytes(26));
export const OPERATOR = keyPairFromSeed(new Uint8Array(32).fill(1));
export const BANK_KEYS = keyPairFromSeed(new Uint8Array(32).fill(2));
export const HUB_KEYS = keyPairFromSeed(new Uint8Array(32).fill(3));
/** Those who sign in mode `two`, with keys that need no passphrase here. */
export const REVIEWERS = ['Aalto', 'Brandt'].map((name, index) => ({
  reviewerId: idFromBytes('rvw', ReviewerId, random.bytes(26)),
  name,
  ...keyPairFromSeed(new Uint8Array(32).fill(4 + index)),
}));
export const ROUNDS = 10;
const COHORT = 3;
const TIER = 16_384;

export const CHARTER: Charter = smallCharter();
export const CHARTER_HASH = digestOf(CHARTER);
export const PLAN: SignedRunPlan = signedPlan();
const MODEL = firstModel(CHARTER);

function smallCharter(): Charter {
  const preset = presetCharter({
    consortium: { id: CONSORTIUM, name: 'Proof' },
    title: 'Proof of the gate',
    features: 'card-v1',
    split: REFERENCE_SPLIT,
    recipe: 'few-rounds',
    rounds: ROUNDS,
    noiseMultiplier: 1.1,
  });
  return CharterSchema.parse({ ...preset, model: { ...preset.model, layers: [3, 2, 1] } });
}

function signedPlan(): SignedRunPlan {
  const plan = { runId: RUN, charterHash: CHARTER_HASH, charter: CHARTER };
  return { plan, operatorSignature: signStatement(OPERATOR.privateKey, 'run-plan', plan) };
}

const roundIds: RoundId[] = [];

/** The n-th round that the hub opens; a failed one does not advance the run, so there may be more than `ROUNDS`. */
export function roundId(number: number): RoundId {
  roundIds[number] ??= idFromBytes('rnd', RoundId, seededRandom(`round ${String(number)}`).bytes(26));
  return roundIds[number];
}

export function stepsOfRound(index: number): number {
  return plannedSteps(CHARTER, index);
}

export function roundContext(round: {
  readonly number: number;
  readonly index: number;
  readonly closesAt: number;
}): RoundContext {
  const { index, number, closesAt } = round;
  const lastMean = new Float64Array(MODEL.checkpoint.weights.length).fill(0.1);
  return {
    consortiumId: CONSORTIUM,
    runId: RUN,
    roundId: roundId(number),
    index,
    plan: PLAN,
    charter: CHARTER,
    charterHash: CHARTER_HASH,
    baseHash: Digest.parse(MODEL.hash),
    checkpoint: index === 0 ? MODEL.checkpoint : { ...MODEL.checkpoint, round: index, lastMean },
    model: { sumCheck: index === 0 ? 'none' : 'recomputed', alarms: [] },
    tier: TIER,
    cohort: COHORT,
    cohortTiers: COHORT * TIER,
    epsilonAtJoin: 0,
    closesAt,
  };
}
