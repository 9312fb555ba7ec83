/** The checks of a review: what forbids the release, what is only odd, and the way out of each. Pure. */
import type { LocalPolicy } from '#shared/contract/bank.ts';
import type { LedgerHealth } from '#shared/privacy/ledger-view.ts';
import type { FailureError } from '#shared/failure.ts';
import type { BankId, Digest } from '#shared/ids.ts';
import { formatEpsilonUp } from '#shared/privacy/format.ts';
import type { ReviewCheck, ReviewSignatures } from '#shared/round/review-view.ts';
import { nextTier } from '#shared/round/size-tier.ts';
import { isChargedWithPlannedNoise, type RoundCost, roundCost } from './cost.ts';
import { LEAST_NOISE_RATIO } from './limits.ts';
import { CLOSING_MARGIN_MS, type RoundContext } from './round-context.ts';
import type { HeldUpdate } from './store.ts';

export interface CheckInput {
  readonly held: HeldUpdate;
  /** SHA-256 of the held bytes, computed now. */
  readonly digest: Digest;
  readonly round: RoundContext;
  readonly bankId: BankId;
  readonly isCharterSigned: boolean;
  readonly policy: LocalPolicy;
  /** What the local policy refuses about this release; null when it allows it. */
  readonly refusedByPolicy: FailureError | null;
  readonly signatures: ReviewSignatures;
  readonly ledger: {
    readonly health: LedgerHealth;
    readonly budget: number | null;
    /** δ that every ε of this store is stated at; null without a budget. */
    readonly delta: number | null;
    readonly charged: number;
  };
  /** null while no deadline runs. */
  readonly remainingMs: number | null;
  /** Noise ratios of the updates released before. */
  readonly earlierNoiseRatios: readonly number[];
}

type Outcome = Omit<ReviewCheck, 'id' | 'title'>;
interface Check {
  readonly id: string;
  readonly title: string;
  readonly judge: (input: CheckInput) => Outcome;
}

const pass = (detail: string): Outcome => ({ level: 'pass', detail, nextStep: null });
const warn = (detail: string, nextStep: string): Outcome => ({ level: 'warning', detail, nextStep });
const block = (detail: string, nextStep: string): Outcome => ({ level: 'block', detail, nextStep });

const DECLINE = 'Withhold the update and contact the operator.';

const CHECKS: readonly Check[] = [
  {
    id: 'digest',
    title: 'Stored bytes unchanged',
    judge: ({ held, digest }) =>
      digest === held.header.payloadHash
        ? pass(`SHA-256 ${digest.slice(0, 12)}…, computed again from the store`)
        : block(
            'The stored bytes do not have the digest they were held with',
            'Withhold the update and restore a backup of the store.',
          ),
  },
  {
    id: 'layout',
    title: 'Length and range as the charter says',
    judge: ({ held }) =>
      held.statistics.isWellFormed
        ? pass(`${held.header.byteLength.toLocaleString('en')} bytes, every number within the clamp`)
        : block('The update does not have the layout of the charter', DECLINE),
  },
  {
    id: 'finite',
    title: 'No missing or infinite numbers',
    judge: ({ held: { statistics } }) =>
      statistics.nonFiniteRows === 0
        ? pass('Every row gave a finite gradient')
        : warn(
            `${String(statistics.nonFiniteRows)} rows gave no finite gradient and were left out`,
            'Look at the imported rows (Data) before the next round.',
          ),
  },
  {
    id: 'charter',
    title: 'Charter signed by the operator',
    judge: ({ round, held, isCharterSigned }) =>
      isCharterSigned && held.header.charterHash === round.charterHash
        ? pass(`Charter ${round.charterHash.slice(0, 16)}…`)
        : block('The update belongs to another charter, or the signature does not verify', DECLINE),
  },
  {
    id: 'base',
    title: 'Computed from the agreed model',
    judge: ({ round, held }) =>
      held.header.baseHash === round.baseHash && held.header.roundId === round.roundId
        ? pass(`Model ${round.baseHash.slice(0, 16)}…, recomputed here`)
        : block(
            'The update was computed from another model or for another round',
            'Withhold the update and take part in the next round; it opens by itself.',
          ),
  },
  { id: 'sums', title: 'Published sums checked', judge: judgeSums },
  {
    id: 'model',
    title: 'Incoming model looks ordinary',
    judge: ({ round }) =>
      round.model.alarms.length === 0
        ? pass('Layer norms and first-layer directions are in the usual range')
        : warn(round.model.alarms.join('; '), 'Compare with other members before you release.'),
  },
  { id: 'noise', title: 'Noise as agreed', judge: judgeNoise },
  { id: 'cost', title: 'Cost as planned', judge: judgeCost },
  { id: 'budget', title: 'Within the privacy budget', judge: judgeBudget },
  { id: 'policy', title: "Within this bank's own floors", judge: judgePolicy },
  { id: 'signatures', title: 'Signed as this bank decides', judge: judgeSignatures },
  {
    id: 'cohort',
    title: 'Enough banks in the round',
    judge: ({ round, policy }) => {
      const least = Math.max(policy.minimumCohort, round.charter.participation.minimumCohort);
      const detail = `${String(round.cohort)} banks; at least ${String(least)} are needed`;
      return round.cohort >= least
        ? pass(detail)
        : block(detail, 'Wait for more banks, or decline the round.');
    },
  },
  { id: 'tier', title: 'Public size tier', judge: judgeTier },
  {
    id: 'identity',
    title: 'Held for this bank',
    judge: ({ held, bankId }) =>
      held.header.bankId === bankId ? pass(bankId) : block('The update was held for another bank', DECLINE),
  },
  {
    id: 'deadline',
    title: 'Time left',
    judge: ({ remainingMs }) =>
      remainingMs === null || remainingMs > CLOSING_MARGIN_MS
        ? pass(remainingMs === null ? 'No deadline runs' : timeText(remainingMs))
        : block('The round closes now', 'Take part in the next round; it opens by itself.'),
  },
];

export function reviewChecks(input: CheckInput): readonly ReviewCheck[] {
  return CHECKS.map(({ id, title, judge }) => ({ id, title, ...judge(input) }));
}

function timeText(remainingMs: number): string {
  const minutes = Math.floor(remainingMs / 60_000);
  return minutes < 2 ? `${String(Math.floor(remainingMs / 1000))} s` : `${String(minutes)} min`;
}

function judgeSums({ round }: CheckInput): Outcome {
  if (round.index === 0) return pass('The first model comes from the public seed');
  switch (round.model.sumCheck) {
    case 'recomputed':
      return pass('This bank added up the signed updates itself');
    case 'hub-word':
      return warn(
        "Sum: the hub's word. The charter keeps the updates closed",
        'Nothing to do; the model itself was recomputed.',
      );
    case 'none':
      return block('The published sums were not checked', 'Wait until the last round was verified.');
  }
}

function judgeNoise({ held, earlierNoiseRatios }: CheckInput): Outcome {
  const ratio = held.statistics.noiseRatio;
  if (ratio === null)
    return warn(
      'This run adds no noise: nothing bounds what the update reveals',
      'Withhold it unless the members agreed to that.',
    );
  const detail = `${ratio.toFixed(3)} times the norm that noise alone has`;
  if (!(ratio >= LEAST_NOISE_RATIO))
    return block(`${detail}: noise is missing`, 'Withhold the update and report this.');
  const usual = Math.max(...earlierNoiseRatios, 0);
  if (usual > 0 && ratio > 2 * usual)
    return warn(`${detail}: more than twice any earlier round`, 'Compare it with the earlier rounds.');
  return pass(detail);
}

function judgeCost({ held, round }: CheckInput): Outcome {
  const planned = roundCost(round.charter, round.index);
  if (planned === null) return pass('This run costs no privacy budget, since it promises none');
  if (held.charge === null || !isChargedWithPlannedNoise(held.charge, planned))
    return block('The charge is not the one that the charter plans for this round', DECLINE);
  const { mechanism } = held.charge;
  const steps = `${String(mechanism.steps)} steps at noise multiplier ${mechanism.noiseMultiplier.toFixed(3)}`;
  const { noiseMultiplier } = planned.training;
  const more =
    mechanism.noiseMultiplier > noiseMultiplier
      ? `, more than the planned ${noiseMultiplier.toFixed(3)}`
      : '';
  return pass(`${steps}${more}${histogramWords(planned)}, charged before the training`);
}

function histogramWords({ evaluation }: RoundCost): string {
  return evaluation === null
    ? ''
    : ` and a score histogram at noise multiplier ${evaluation.noiseMultiplier.toFixed(1)}`;
}

function judgeBudget({ held, ledger }: CheckInput): Outcome {
  if (ledger.health.kind !== 'verified')
    return block(
      'The privacy ledger does not stand',
      'Recover it with a reason (Privacy); until then nothing is sent.',
    );
  if (held.charge === null) return pass('Nothing is charged');
  const detail = `ε ${formatEpsilonUp(ledger.charged)} charged`;
  if (ledger.budget === null) return block('No privacy budget is set', 'Set the budget (Privacy).');
  // The charge could be written only within the budget: this fails when the budget was lowered since.
  return ledger.charged <= ledger.budget
    ? pass(`${detail} of ${String(ledger.budget)}`)
    : block(
        `${detail}, more than the budget ${String(ledger.budget)}`,
        'Withhold the update or raise the budget with a reason.',
      );
}

function judgePolicy({ policy, refusedByPolicy }: CheckInput): Outcome {
  if (refusedByPolicy !== null)
    return block(
      refusedByPolicy.message,
      'Withhold the update, or change the floor with a reason (Settings).',
    );
  const { maximumEpsilonPerRound, maximumEpsilonPerRun, maximumEpsilonInTotal, maximumWeightShare } = policy;
  const most = [maximumEpsilonPerRound, maximumEpsilonPerRun, maximumEpsilonInTotal].map(String).join(', ');
  const share = `${(100 * maximumWeightShare).toFixed(0)} %`;
  return pass(`ε a round, a run and in all at most ${most}; weight share at most ${share}`);
}

/** Never blocks: what is missing is what the reviewers are about to give. */
function judgeSignatures({ signatures: { needed, given } }: CheckInput): Outcome {
  if (needed === 1) return pass('One person decides');
  const names = given.map(({ name }) => name).join(' and ');
  if (given.length >= needed) return pass(`Signed by ${names}`);
  return warn(
    given.length === 0 ? 'Nobody has signed yet' : `Signed by ${names}; another reviewer has to`,
    given.length === 0
      ? 'Two reviewers sign for the same rounds, each with an own passphrase.'
      : 'Another reviewer signs for the same rounds; for others both sign anew.',
  );
}

function judgeTier({ round, ledger }: CheckInput): Outcome {
  const { tier, charter } = round;
  if (tier > charter.participation.largestTier)
    return block(`Tier ${String(tier)} exceeds the largest the grids are made for`, DECLINE);
  return (
    judgeDelta(tier, charter.privacy.noiseMultiplier > 0 ? [charter.privacy.delta, ledger.delta] : []) ??
    pass(`${String(tier)}: all that is said about this bank's size`)
  );
}

/** The charter's δ, and the one that the ledger states every ε at: the larger of the two may be the bank's own. */
function judgeDelta(tier: number, [agreed, stated]: readonly (number | null)[]): Outcome | undefined {
  const isTooLarge = (delta: number | null | undefined): delta is number =>
    typeof delta === 'number' && delta * 10 * nextTier(tier) >= 1;
  const detail = (delta: number): string =>
    `${String(delta)} is not below 1/(10 × ${String(nextTier(tier))})`;
  if (isTooLarge(agreed))
    return warn(`δ ${detail(agreed)}`, 'Ask the operator for a charter with a smaller δ.');
  if (isTooLarge(stated))
    return warn(
      `The δ of this store's budget, ${detail(stated)}: ε there promises less than it seems`,
      'A store keeps its δ for ever: withhold the update unless that is what your bank decided.',
    );
  return undefined;
}

/** The first check that forbids the release, or undefined. */
export function blockingCheck(checks: readonly ReviewCheck[]): ReviewCheck | undefined {
  return checks.find((check) => check.level === 'block');
}
