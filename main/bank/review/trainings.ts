/**
 * Trains for the open round: local policy, charge committed to the ledger, and only then the training that draws noise
 * (I2). What becomes of the outcome is the caller's decision.
 */
import { FailureError, isFailure } from '#shared/failure.ts';
import type { RoundId } from '#shared/ids.ts';
import type { WorkProgress } from '#shared/round/round-view.ts';
import { charterProblem, cohortProblem, costProblem } from '../settings/policy.ts';
import type { ScopeRecord } from '../store/scopes.ts';
import type { TrainingJob, TrainingOutcome } from '../training/trainer.ts';
import type { ChargeRecord } from './approval.ts';
import { roundMechanism } from './cost.ts';
import { commit, type GatePorts } from './gate-ports.ts';
import { cohortOf, type RoundContext } from './round-context.ts';

export interface Trained {
  readonly round: RoundContext;
  readonly outcome: TrainingOutcome;
  readonly charge: ChargeRecord | null;
}

export interface Trainings {
  /**
   * Charges and trains. Throws before anything is charged: `busy`, `policy-refused`, `budget-exhausted`, `budget-not-set`,
   * `ledger-broken`. Once charged, it resolves: with the outcome, or with undefined when the training was stopped.
   */
  run(round: RoundContext, scope: ScopeRecord | undefined): Promise<Trained | undefined>;
  stop(roundId: RoundId): Promise<void>;
  progress(roundId: RoundId): WorkProgress | undefined;
  running(): RoundId | undefined;
  /** Ends a running training without a word in the store: after the next start it shows as interrupted, not as stopped. */
  close(): Promise<void>;
}

interface Current {
  readonly roundId: RoundId;
  readonly job: TrainingJob;
  progress: WorkProgress;
}

export function createTrainings(ports: GatePorts): Trainings {
  let current: Current | undefined;
  let isClosed = false;
  const start = (round: RoundContext, withLocalEffect: boolean): Current => {
    const own = ports.lastIncluded(round.runId)?.ownGradient ?? undefined;
    const started: Current = {
      roundId: round.roundId,
      job: ports.trainer.start(
        {
          runId: round.runId,
          roundId: round.roundId,
          index: round.index,
          charter: round.charter,
          tier: round.tier,
          checkpoint: round.checkpoint,
          ownGradient: own,
          withLocalEffect,
        },
        (progress) => {
          started.progress = progress;
          ports.changed('runs');
        },
      ),
      progress: { phase: 'Training', share: 0, secondsLeft: null },
    };
    return started;
  };
  return {
    run: async (round, scope) => {
      if (current !== undefined) throw new FailureError('busy', 'Another round is training');
      ports.requireSound();
      const charge = chargeRound(ports, round, scope);
      ports.changed('runs', 'privacy');
      // The charge is on the disk: noise may be drawn from here on.
      try {
        // Unattended rounds skip the two evaluations that only a person looks at.
        current = start(round, scope === undefined);
        return { round, charge, outcome: await current.job.result };
      } catch (error) {
        if (!isClosed) noteStopped(ports, { round, charge, error });
        return undefined;
      } finally {
        current = undefined;
      }
    },
    stop: async (roundId) => {
      if (current?.roundId === roundId) await current.job.stop();
    },
    progress: (roundId) => (current?.roundId === roundId ? current.progress : undefined),
    running: () => current?.roundId,
    close: async () => {
      isClosed = true;
      await current?.job.stop();
    },
  };
}

/** One FULL commit of charge and state; null for a run without noise, which costs no budget because it promises nothing. */
function chargeRound(
  ports: GatePorts,
  round: RoundContext,
  scope: ScopeRecord | undefined,
): ChargeRecord | null {
  const { charter, roundId, runId, index } = round;
  const policy = ports.policy();
  const problem = charterProblem(policy, charter) ?? cohortProblem(policy, charter, cohortOf(round));
  if (problem !== null) throw problem;
  const mechanism = roundMechanism(charter, index);
  const { clippingNorm } = charter.privacy;
  if (mechanism === null || clippingNorm === null) {
    // Nothing is charged, so a crash may forget that it trained.
    ports.participations.applyInMemory(roundId, { kind: 'training-started' });
    return null;
  }
  const planned = scope === undefined ? undefined : plannedCost(ports, scope, round);
  const cost = planned ?? freshCost(ports, round);
  const charge = commit(ports, roundId, () => {
    ports.participations.apply(roundId, { kind: 'training-started' });
    const hold = planned?.hold ?? null;
    const unit = charter.privacy.unit;
    const sequence = ports.ledger.charge({ runId, roundId, mechanism, clippingNorm, hold, unit });
    return {
      sequence,
      mechanism,
      epsilonBefore: cost.before,
      epsilonAfter: cost.after,
      fromHold: hold,
    };
  });
  // The mirrored hold counts the steps of its charges already; they are mirrored before the update leaves.
  if (charge.fromHold === null) ports.ledger.mirrorCommitted();
  return charge;
}

/** The cost as the scope's table says, while its hold still covers the round; a repeated round is charged outside the hold. */
function plannedCost(
  ports: GatePorts,
  scope: ScopeRecord,
  round: RoundContext,
): { readonly before: number; readonly after: number; readonly hold: number } | undefined {
  const mechanism = roundMechanism(round.charter, round.index);
  const before = scope.epsilons[round.index - scope.firstIndex];
  const after = scope.epsilons[round.index - scope.firstIndex + 1];
  if (scope.hold === null || mechanism === null || before === undefined || after === undefined)
    return undefined;
  const isRepeat = (ports.participations.get(round.roundId)?.trainings ?? 0) > 0;
  if (isRepeat || !ports.ledger.isCovered(scope.hold, mechanism)) return undefined;
  // The policy may have become stricter since the scope was planned.
  requireAffordable(ports, round, { before, after, total: ports.ledger.reservedEpsilon() });
  return { before, after, hold: scope.hold };
}

/** ε of this round on top of the ledger, against the floors of the local policy. */
function freshCost(
  ports: GatePorts,
  round: RoundContext,
): { readonly before: number; readonly after: number } {
  const mechanism = roundMechanism(round.charter, round.index);
  const { before, after } = ports.ledger.costOf(mechanism === null ? [] : [mechanism]).withHolds;
  requireAffordable(ports, round, { before, after, total: after });
  return { before, after };
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

interface Stopped {
  readonly round: RoundContext;
  readonly charge: ChargeRecord | null;
  readonly error: unknown;
}

/** The charge stays; the round can be trained again with a charge of its own. */
function noteStopped(ports: GatePorts, { round, charge, error }: Stopped): void {
  const failure = isFailure(error)
    ? error
    : new FailureError('worker-died', 'The training ended without a result');
  if (!isFailure(error)) ports.log.error('training.fault', { roundId: round.roundId, error: String(error) });
  const { roundId } = round;
  commit(ports, roundId, () => {
    ports.participations.offerEvent(roundId, { kind: 'training-failed', failure: failure.toFailure() });
    if (charge !== null) ports.ledger.recordOutcome(charge.sequence, 'not-sent');
  });
  ports.changed('runs', 'privacy');
}
