/**
 * Training inside its thread: holds one charter's rows and a warm engine, and turns an order into the exact bytes of an
 * update. Draws the noise; knows nothing of rounds, ledgers or messages.
 */
import { FailureError } from '#shared/failure.ts';
import type { Quality } from '#shared/round/round-view.ts';
import { updateLayout } from '#shared/round/update-layout.ts';
import { rowsByAccount } from '../../learning/dp-sgd/account-rows.ts';
import type { SampledUnits } from '../../learning/dp-sgd/unit-batch.ts';
import type { EngineSetup } from '../../learning/engine.ts';
import { createChance } from '../../learning/kernel/chance.ts';
import type { Checkpoint } from '../../learning/recipes/checkpoint.ts';
import { ownMeanOfRound } from '../../learning/recipes/few-rounds-bank.ts';
import { trainUpdate } from '../../learning/recipes/local-training.ts';
import { clippedUnit, type TrainedUpdate } from '../../learning/recipes/training-terms.ts';
import { stepFromSums } from '../../learning/recipes/server-step.ts';
import { addToSums, emptySums } from '../../learning/recipes/sums.ts';
import { encodeUpdate } from '../../learning/recipes/update-codec.ts';
import type { NamedEngine } from '../../platform/engine/chosen.ts';
import type { EngineChoice } from '../../platform/engine/engines.ts';
import { aesKeystream } from '../../platform/engine/keystream.ts';
import type { Clock, Random } from '../../platform/ports.ts';
import { evaluationVector, rowsToEvaluate } from './evaluation.ts';
import { measureQuality } from './quality.ts';
import type { TrainingAnswer, TrainingOrder, TrainingSetup } from './questions.ts';

export interface SessionPorts {
  /** Keys a fresh noise stream for every order. */
  readonly random: Random;
  readonly clock: Clock;
  readonly openEngine: (choice: EngineChoice, setup: EngineSetup) => Promise<NamedEngine>;
}

export interface OrderWatch {
  /** Asked between steps. */
  readonly isStopped: () => boolean;
  readonly onShare: (share: number) => void;
}

export interface TrainingSession {
  load(setup: TrainingSetup): Promise<void>;
  /** @throws FailureError `training-stopped`; TypeError before `load`. */
  train(order: TrainingOrder, watch: OrderWatch): TrainingAnswer;
  evaluate(checkpoint: Checkpoint): Quality;
  close(): void;
}

interface Loaded extends NamedEngine {
  readonly setup: TrainingSetup;
  readonly units: SampledUnits;
}

export function createTrainingSession(ports: SessionPorts): TrainingSession {
  let held: Loaded | undefined;
  const loaded = (): Loaded => {
    if (held === undefined) throw new TypeError('the training thread was asked before it was loaded');
    return held;
  };
  const close = (): void => {
    held?.engine.close();
    held = undefined;
  };
  return {
    load: async (setup) => {
      close();
      held = { setup, units: unitsOf(setup), ...(await openFor(setup, ports)) };
    },
    train: (order, watch) => train(loaded(), order, { ...ports, ...watch }),
    evaluate: (checkpoint) => measureQuality(loaded().setup, checkpoint),
    close,
  };
}

function openFor({ charter, train, engine }: TrainingSetup, ports: SessionPorts): Promise<NamedEngine> {
  const { layers, activation } = charter.model;
  return ports.openEngine(engine, {
    network: { layers, activation },
    data: { features: train.x, labels: train.y },
    unit: clippedUnit(charter),
  });
}

function unitsOf({ charter, train }: TrainingSetup): SampledUnits {
  return clippedUnit(charter) === 'row'
    ? { kind: 'rows', count: train.rows }
    : { kind: 'accounts', accounts: rowsByAccount(train.accountIndex) };
}

function train(loaded: Loaded, order: TrainingOrder, ports: SessionPorts & OrderWatch): TrainingAnswer {
  const { charter } = loaded.setup;
  const { checkpoint } = order;
  const started = ports.clock.monotonic();
  const update = draw(loaded, order, ports);
  const seconds = (ports.clock.monotonic() - started) / 1000;
  const layout = updateLayout(charter, checkpoint.weights.length, checkpoint.round);
  const ownGradient = ownGradientOf(loaded, order, update);
  return {
    payload: encodeUpdate(layout, { ...update.vectors, evaluation: evaluation(loaded, checkpoint, ports) }),
    statistics: {
      ...figuresOf(loaded, update),
      seconds,
      rowsPerSecond: perSecond(update, seconds),
      engine: loaded.name,
    },
    ...(ownGradient && { ownGradient }),
    localEffect: order.withLocalEffect ? localEffect(loaded, order, update) : null,
  };
}

/** The noisy part: everything after it is a function of noised values and public ones. */
function draw(loaded: Loaded, order: TrainingOrder, ports: SessionPorts & OrderWatch): TrainedUpdate {
  const { charter } = loaded.setup;
  return trainUpdate({
    charter,
    checkpoint: order.checkpoint,
    engine: loaded.engine,
    units: loaded.units,
    tier: order.tier,
    lastOwnMean: order.ownGradient ?? null,
    noiseMultiplier: order.noiseMultiplier,
    chance: createChance(aesKeystream(ports.random)),
    onStep: (done, steps) => {
      if (ports.isStopped())
        throw new FailureError(
          'training-stopped',
          `Training was stopped after ${String(done)} of ${String(steps)} steps`,
        );
      ports.onShare(done / steps);
    },
  });
}

/** The other noisy part, in the rounds that carry one. */
function evaluation(
  { setup }: Loaded,
  checkpoint: Checkpoint,
  { random }: SessionPorts,
): Float64Array | null {
  return evaluationVector(
    { charter: setup.charter, checkpoint, test: rowsToEvaluate(setup) },
    createChance(aesKeystream(random)),
  );
}

function ownGradientOf(
  { setup }: Loaded,
  order: TrainingOrder,
  { vectors }: TrainedUpdate,
): Float64Array | undefined {
  const { charter } = setup;
  if (charter.recipe.kind !== 'few-rounds' || !vectors.sum) return undefined;
  return ownMeanOfRound(charter.recipe, vectors.sum, {
    charter,
    checkpoint: order.checkpoint,
    tier: order.tier,
  });
}

function figuresOf({ setup }: Loaded, { figures }: TrainedUpdate) {
  const { sampledUnits, clippedUnits, nonFiniteRows } = figures;
  const isClipped = setup.charter.privacy.clippingNorm !== null;
  return {
    sampledUnits,
    clippedShare: isClipped && sampledUnits > 0 ? clippedUnits / sampledUnits : null,
    nonFiniteRows,
  };
}

function perSecond({ figures }: TrainedUpdate, seconds: number): number {
  return seconds > 0 ? figures.sampledRows / seconds : 0;
}

/** Quality before, and after the published step taken with this update alone: the whole effect of one's own rows. */
function localEffect({ setup }: Loaded, { checkpoint, tier }: TrainingOrder, { vectors }: TrainedUpdate) {
  const { charter } = setup;
  const layout = updateLayout(charter, checkpoint.weights.length, checkpoint.round);
  const sums = addToSums(emptySums(layout), vectors, tier);
  const alone = stepFromSums({ charter, checkpoint, sums, included: [{ bankId: 'own', tier }] });
  return { before: measureQuality(setup, checkpoint), after: measureQuality(setup, alone) };
}
