/** Charges a round to the ledger, training and score histogram in one commit or not at all, before any noise is drawn (I2). */
import type { Charter } from '#shared/round/charter.ts';
import type { ChargeRequest } from '../privacy/spending.ts';
import { charterProblem, cohortProblem, costProblem } from '../settings/policy.ts';
import { withNoise } from '#shared/round/more-noise.ts';
import type { ScopeRecord } from '../store/scopes.ts';
import type { ChargeRecord } from './approval.ts';
import { mechanismsOf, type RoundCost, roundCost } from './cost.ts';
import { commit, type GatePorts } from './gate-ports.ts';
import { cohortOf, type RoundContext } from './round-context.ts';
import { requireBudget } from './scoping.ts';

/** How a round is trained for. */
export interface TrainingTerms {
  /** The charge is taken from its hold while that covers the round; undefined: from the free budget. */
  readonly scope: ScopeRecord | undefined;
  /** A person discards the held update and trains again, outside every hold. */
  readonly again?: {
    /** Above the charter's; checked by the caller. */
    readonly noiseMultiplier: number;
    /** Writes what becomes of the held update; joins the commit of the charge, so that a refusal loses nothing. */
    readonly discard: () => void;
  };
}

/** One FULL commit of charge and state; null for a run without noise, which costs no budget because it promises nothing. */
export function chargeRound(
  ports: GatePorts,
  round: RoundContext,
  { scope, again }: TrainingTerms,
): ChargeRecord | null {
  const { roundId, runId, index } = round;
  const charter = again === undefined ? round.charter : withNoise(round.charter, again.noiseMultiplier);
  requireTerms(ports, round, charter);
  const planned = roundCost(charter, index);
  const { clippingNorm } = charter.privacy;
  if (planned === null || clippingNorm === null) {
    // Nothing is charged, so a crash may forget that it trained.
    ports.participations.applyInMemory(roundId, { kind: 'training-started' });
    return null;
  }
  const held =
    scope === undefined || again !== undefined ? undefined : heldCost(ports, { scope, round, planned });
  const cost = held ?? freshCost(ports, round, planned);
  const hold = held?.hold ?? null;
  const charge = commit(ports, roundId, () => {
    again?.discard();
    ports.participations.apply(roundId, { kind: 'training-started' });
    const common = { runId, roundId, hold, unit: charter.privacy.unit };
    const { training: mechanism } = planned;
    return {
      sequence: ports.ledger.charge({ ...common, mechanism, clippingNorm }),
      mechanism,
      epsilonBefore: cost.before,
      epsilonAfter: cost.after,
      fromHold: hold,
      evaluation: chargeEvaluation(ports, charter, { ...common, evaluation: planned.evaluation }),
    };
  });
  // Also a charge from a hold: else an older file would have its steps as held ones, which a stopped scope gives back.
  ports.ledger.mirrorCommitted();
  return charge;
}

type CommonTerms = Pick<ChargeRequest, 'runId' | 'roundId' | 'hold' | 'unit'>;

/** The score histogram has an entry of its own; its sensitivity is m rows. Joins the charge's transaction. */
function chargeEvaluation(
  ports: GatePorts,
  { evaluation: { histogram } }: Charter,
  { evaluation: mechanism, ...common }: CommonTerms & Pick<RoundCost, 'evaluation'>,
): ChargeRecord['evaluation'] {
  if (mechanism === null || histogram.kind === 'off') return null;
  const clippingNorm = histogram.rowsPerUnit;
  return {
    sequence: ports.ledger.charge({ ...common, mechanism, clippingNorm, purpose: 'evaluation' }),
    mechanism,
  };
}

interface ScopedRound {
  readonly scope: ScopeRecord;
  readonly round: RoundContext;
  readonly planned: RoundCost;
}

/** The cost as the scope's table says, while its hold still covers the round; a repeated round is charged outside the hold. */
function heldCost(
  ports: GatePorts,
  { scope, round, planned }: ScopedRound,
): { readonly before: number; readonly after: number; readonly hold: number } | undefined {
  const before = scope.epsilons[round.index - scope.firstIndex];
  const after = scope.epsilons[round.index - scope.firstIndex + 1];
  const { hold } = scope;
  if (hold === null || before === undefined || after === undefined) return undefined;
  const isRepeat = (ports.participations.get(round.roundId)?.trainings ?? 0) > 0;
  const isCovered = mechanismsOf(planned).every((mechanism) => ports.ledger.isCovered(hold, mechanism));
  if (isRepeat || !isCovered) return undefined;
  // The policy may have become stricter since the scope was planned.
  requireAffordable(ports, round, { before, after, total: ports.ledger.reservedEpsilon() });
  return { before, after, hold };
}

/** ε of this round on top of the ledger, against the floors of the local policy and the budget. */
function freshCost(
  ports: GatePorts,
  round: RoundContext,
  planned: RoundCost,
): { readonly before: number; readonly after: number } {
  const { before, after } = ports.ledger.costOf(mechanismsOf(planned)).withHolds;
  requireAffordable(ports, round, { before, after, total: after });
  requireBudget(ports.ledger, 'This round', { before, after });
  return { before, after };
}

function requireTerms(ports: GatePorts, round: RoundContext, charter: Charter): void {
  const policy = ports.policy();
  const problem = charterProblem(policy, charter) ?? cohortProblem(policy, charter, cohortOf(round));
  if (problem !== null) throw problem;
}

/** Throws what would refuse the charge from the free budget for this round under `charter`; writes nothing. */
export function requireAffordableRound(ports: GatePorts, round: RoundContext, charter: Charter): void {
  requireTerms(ports, round, charter);
  const planned = roundCost(charter, round.index);
  if (planned !== null) freshCost(ports, round, planned);
}

interface Affordable {
  readonly before: number;
  readonly after: number;
  /** ε of all charges and holds, this round's included. */
  readonly total: number;
}

function requireAffordable(ports: GatePorts, round: RoundContext, cost: Affordable): void {
  const { before, after, total } = cost;
  const problem = costProblem(ports.policy(), {
    epsilonOfRound: after - before,
    epsilonOfRun: after - round.epsilonAtJoin,
    epsilonInTotal: total,
  });
  if (problem !== null) throw problem;
}
