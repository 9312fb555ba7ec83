/**
 * Trains for the open round: local policy, charge committed to the ledger, and only then the training that draws noise
 * (I2). What becomes of the outcome is the caller's decision.
 */
import { FailureError, isFailure } from '#shared/failure.ts';
import type { RoundId } from '#shared/ids.ts';
import type { WorkProgress } from '#shared/round/round-view.ts';
import type { TrainingJob, TrainingOutcome } from '../training/trainer.ts';
import { type ChargeRecord, chargeSequences } from './approval.ts';
import { chargeRound, type TrainingTerms } from './charging.ts';
import { commit, type GatePorts } from './gate-ports.ts';
import { showsRawFigures } from './raw-figures.ts';
import type { RoundContext } from './round-context.ts';

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
  run(round: RoundContext, terms: TrainingTerms): Promise<Trained | undefined>;
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
  const start = (round: RoundContext, { scope, again }: TrainingTerms): Current => {
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
          withLocalEffect: showsRawFigures(scope, round.index),
          noiseMultiplier: again?.noiseMultiplier,
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
    run: async (round, terms) => {
      if (current !== undefined) throw new FailureError('busy', 'Another round is training');
      ports.requireSound();
      const charge = chargeRound(ports, round, terms);
      ports.changed('runs', 'privacy');
      // The charge is on the disk: noise may be drawn from here on.
      try {
        ports.leaks.trainingStarts();
        current = start(round, terms);
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
    for (const sequence of chargeSequences(charge)) ports.ledger.recordOutcome(sequence, 'not-sent');
  });
  ports.changed('runs', 'privacy');
}
