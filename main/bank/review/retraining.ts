/**
 * The third decision on a held update: it is discarded, and the round is trained for again with more noise. Everything that
 * forbids it is asked before anything is written; then one commit holds what becomes of the old update and the new charge.
 */
import { FailureError, isFailure } from '#shared/failure.ts';
import type { Digest, UpdateId } from '#shared/ids.ts';
import type { Charter } from '#shared/round/charter.ts';
import { type LargestNoise, largestNoise, MOST_TRAININGS, withNoise } from '#shared/round/more-noise.ts';
import type { RetrainingView } from '#shared/round/review-view.ts';
import { requireAffordableRound, type TrainingTerms } from './charging.ts';
import type { GatePorts } from './gate-ports.ts';
import { requireOpenRound, requireWaiting } from './release-conditions.ts';
import { CLOSING_MARGIN_MS, remainingMs, type RoundContext } from './round-context.ts';
import { mechanismsOf, roundCost } from './cost.ts';
import type { HeldUpdate } from './store.ts';
import { requireSameBytes, writeDiscarded } from './write-release.ts';

export interface RetrainRequest {
  readonly updateId: UpdateId;
  /** SHA-256 that the analyst saw. */
  readonly digest: Digest;
  /** Of the new training; above the charter's. */
  readonly noiseMultiplier: number;
  readonly note: string;
}

/** A training that may begin. */
export interface PlannedTraining {
  readonly round: RoundContext;
  readonly terms: TrainingTerms;
}

/**
 * Throws what forbids it, and changes nothing: `nothing-to-review`, `already-released`, `deadline-passed`, `digest-changed`,
 * `invalid-input` (the noise), `trainings-exhausted`. Budget and floors are asked with the charge, before its commit.
 */
export function planRetraining(ports: GatePorts, request: RetrainRequest): PlannedTraining {
  const { updateId, digest, noiseMultiplier, note } = request;
  ports.requireSound();
  const held = requireWaiting(ports, updateId);
  const round = requireOpenRound(ports, held);
  requireSameBytes(held, digest);
  requireMoreNoise(round, noiseMultiplier);
  requireTrainingsLeft(ports, round);
  requireTimeToTrain(ports, round, held);
  const discard = (): void => {
    ports.participations.apply(round.roundId, { kind: 'discarded' });
    writeDiscarded(ports, held, { note, noiseMultiplier, agreed: round.charter.privacy.noiseMultiplier });
  };
  return { round, terms: { scope: undefined, again: { noiseMultiplier, discard } } };
}

/**
 * How a person's click on Train trains: under the scope that runs; where an update of the round was discarded and the
 * training for it was cut off, outside every hold and with the noise that was asked for then.
 */
export function termsByHand(
  { store, scopes }: Pick<GatePorts, 'store' | 'scopes'>,
  { roundId, runId, charter }: RoundContext,
): TrainingTerms {
  const newest = store.newestOfRound(roundId);
  const noiseMultiplier = newest === undefined ? undefined : store.discardedFor(newest);
  if (noiseMultiplier === undefined || noiseMultiplier <= charter.privacy.noiseMultiplier)
    return { scope: scopes.running(runId) };
  return { scope: undefined, again: { noiseMultiplier, discard: () => undefined } };
}

/** What training again would cost, and what forbids it now. Throws where no update of this name waits in an open round. */
export function retrainingView(
  ports: GatePorts,
  request: Pick<RetrainRequest, 'updateId' | 'noiseMultiplier'>,
): RetrainingView {
  const { noiseMultiplier } = request;
  const held = requireWaiting(ports, request.updateId);
  const round = requireOpenRound(ports, held, 0);
  const agreed = round.charter.privacy.noiseMultiplier;
  const charter = withNoise(round.charter, noiseMultiplier);
  const refusal = refusalOf(() => {
    planRetraining(ports, { ...request, digest: held.header.payloadHash, note: '' });
    requireAffordableRound(ports, round, charter);
  });
  const isMore = noiseMultiplier > agreed;
  return {
    agreedNoiseMultiplier: agreed,
    largestNoiseMultiplier: largestNoise(round.charter, round.tier)?.noiseMultiplier ?? agreed,
    trainings: ports.participations.get(round.roundId)?.trainings ?? 0,
    mostTrainings: MOST_TRAININGS,
    cost: isMore ? costOf(ports, charter, round.index) : null,
    refusal: refusal?.toFailure() ?? null,
  };
}

function costOf({ ledger }: GatePorts, charter: Charter, index: number): RetrainingView['cost'] {
  const budget = ledger.budget();
  const planned = roundCost(charter, index);
  if (budget === null || planned === null || ledger.health().kind !== 'verified') return null;
  const { before, after } = ledger.costOf(mechanismsOf(planned)).withHolds;
  return { epsilonBefore: before, epsilonAfter: after, budget: budget.epsilon };
}

function refusalOf(ask: () => void): FailureError | null {
  try {
    ask();
    return null;
  } catch (error) {
    if (isFailure(error)) return error;
    throw error;
  }
}

function requireMoreNoise({ charter, tier }: RoundContext, asked: number): void {
  const agreed = charter.privacy.noiseMultiplier;
  const largest = largestNoise(charter, tier);
  if (largest === null)
    throw new FailureError('invalid-input', 'This run adds no noise, so there is none to add more of');
  const details = { field: 'noiseMultiplier', asked, agreed, largest: largest.noiseMultiplier };
  if (!(asked > agreed))
    throw new FailureError(
      'invalid-input',
      `Training again takes more noise than the charter's ${String(agreed)}; ${String(asked)} was asked for`,
      details,
    );
  if (asked <= largest.noiseMultiplier) return;
  throw new FailureError(
    'invalid-input',
    `${tooMuchWords(largest, agreed)}; ${String(asked)} was asked for`,
    details,
  );
}

function tooMuchWords({ noiseMultiplier, because }: LargestNoise, agreed: number): string {
  const most = `The noise multiplier may be at most ${String(noiseMultiplier)} here`;
  if (because === 'factor') return `${most}, ${String(noiseMultiplier / agreed)} times the charter's`;
  const why = because === 'clamp' ? 'noisy sums leave the clamp' : 'exact noise is too wide for the grid';
  return `${most} (${(noiseMultiplier / agreed).toFixed(2)} times the charter's): beyond it ${why} that the charter fixes`;
}

function requireTrainingsLeft({ participations }: GatePorts, { roundId }: RoundContext): void {
  const trainings = participations.get(roundId)?.trainings ?? 0;
  if (trainings < MOST_TRAININGS) return;
  throw new FailureError(
    'trainings-exhausted',
    `This round was trained for ${String(trainings)} times; ${String(MOST_TRAININGS)} is the most`,
    { trainings, most: MOST_TRAININGS },
  );
}

/** As long as the last one took, and the time to look at it: else budget and update would be lost to the deadline. */
function requireTimeToTrain({ clock }: GatePorts, round: RoundContext, { statistics }: HeldUpdate): void {
  const left = remainingMs(round, clock.monotonic());
  const needed = statistics.seconds * 1000 + 2 * CLOSING_MARGIN_MS;
  if (left === null || left > needed) return;
  throw new FailureError(
    'deadline-passed',
    `The round closes in ${(left / 1000).toFixed(0)} s; training and deciding again take ${(needed / 1000).toFixed(0)} s at least. Nothing was discarded`,
    { roundId: round.roundId },
  );
}
