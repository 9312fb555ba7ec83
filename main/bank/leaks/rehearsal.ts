/**
 * The rehearsal: the same attacks on a bare gradient of a few of the bank's own rows, so that a person sees that they work.
 * Nothing is charged, since nothing can leave: what is attacked is an `UnprotectedGradient`, which nothing holds or sends.
 */
import { unscaledInputs } from '#shared/features/unscale.ts';
import type { LeakTest, Rehearsal } from '#shared/privacy/leak-view.ts';
import { analyticInversion, analyticGuesses } from '../../learning/attacks/analytic-inversion.ts';
import { type AttackedRows, nearestRows, relativeDistance } from '../../learning/attacks/attacked-rows.ts';
import { invertGradient, matchRows } from '../../learning/attacks/optimisation-inversion.ts';
import { trapMarks } from '../../learning/attacks/trap-alarm.ts';
import { unprotectedGradient } from '../../learning/attacks/unprotected.ts';
import { publicPermutation, type PublicRandom } from '../../learning/model/public-random.ts';
import type { FeatureRows } from '../features/feature-rows.ts';
import { attackedRows } from './attacked-update.ts';
import { runControl } from './audit-run.ts';
import type { LeakTestPorts } from './held-tests.ts';
import { analyticTest, optimisationTest, tooManyRowsTest } from './inversion-tests.ts';
import { membershipTest } from './membership-test.ts';
import { type ComparedRows, comparedRows, drawMembership, membershipUnits } from './membership-units.ts';
import { controlTest, trapTest } from './public-tests.ts';
import type { RehearsalTask, RehearsedLeaks } from './task.ts';

/** More rows take the search minutes and give it nothing. */
const MOST_SEARCHED = 32;
const SEARCH = { iterations: 600, restarts: 2 };
/** Recovered rows that are shown. */
const SHOWN_ROWS = 8;
/** Largest figure that is shown for a guess. */
const WILDEST = 1e15;
/** Training rows outside the batch whose losses are compared with the batch's: they are of the same days. */
const MOST_COMPARED = 5000;
/** Of the step whose losses are compared. */
const LEARNING_RATE = 1;

export async function rehearse(task: RehearsalTask, ports: LeakTestPorts): Promise<RehearsedLeaks> {
  const { charter, checkpoint, train, test } = task;
  const { layers, activation } = charter.model;
  const order = publicPermutation(ports.random, train.rows);
  const attack: Attack = {
    ...{ network: { layers, activation }, weights: checkpoint.weights },
    batch: rowsAt(train, order.subarray(0, task.batch)),
    heldOut: test,
    random: ports.random,
  };
  ports.onPhase('Making an update without noise', 0);
  const gradient = bareGradient(attack);
  const analytic = readFirstLayer(attack, gradient);
  ports.onPhase('Searching for rows', 0.1);
  const searched = searchRows(attack, gradient);
  ports.onPhase('Comparing losses', 0.7);
  const others = rowsAt(train, order.subarray(task.batch, task.batch + MOST_COMPARED));
  const membership = compareLosses(attack, gradient, { ...comparedRows(task), others });
  ports.onPhase('Auditing without noise', 0.8);
  const audit = controlTest(await runControl(charter, ports));
  return {
    tests: [
      ...[analytic.test, searched.test, membership, audit],
      trapTest(trapMarks({ layers, weights: checkpoint.weights })),
    ],
    rows: shownRows(task, attack.batch, [...analytic.guesses, ...searched.guesses]),
  };
}

interface Attack {
  readonly network: { readonly layers: readonly number[]; readonly activation: 'tanh' | 'relu' };
  readonly weights: Float64Array;
  readonly batch: FeatureRows;
  readonly heldOut: FeatureRows;
  readonly random: PublicRandom;
}

interface Attacked {
  readonly test: LeakTest;
  readonly guesses: readonly Float64Array[];
}

/** Some of the rows, in the order of time. */
function rowsAt(rows: FeatureRows, places: Uint32Array): FeatureRows {
  const { width } = rows;
  const chosen = places.toSorted();
  const x = new Float32Array(chosen.length * width);
  chosen.forEach((row, n) => {
    x.set(rows.x.subarray(row * width, (row + 1) * width), n * width);
  });
  return {
    ...{ rows: chosen.length, width, x },
    y: Uint8Array.from(chosen, (row) => rows.y[row] ?? 0),
    occurredAt: Float64Array.from(chosen, (row) => rows.occurredAt[row] ?? Number.NaN),
    accountIndex: chosen.map((row) => rows.accountIndex[row] ?? 0),
    rowNo: chosen.map((row) => rows.rowNo[row] ?? 0),
  };
}

function rowAt({ x, width }: FeatureRows, row: number): Float32Array {
  return x.subarray(row * width, (row + 1) * width);
}

function bareGradient({ network, weights, batch }: Attack): Float64Array {
  const rows = Array.from(batch.y, (label, row) => ({ features: rowAt(batch, row), label }));
  return unprotectedGradient(network, weights, rows).gradient;
}

function readFirstLayer({ network, weights, batch, heldOut }: Attack, gradient: Float64Array): Attacked {
  const layer = { layers: network.layers, weights };
  const targets = { train: attackedRows(batch), heldOut: attackedRows(heldOut) };
  const found = analyticInversion([gradient], layer, targets);
  return {
    test: analyticTest(found, { train: batch.rows, heldOut: heldOut.rows }),
    guesses: analyticGuesses(gradient, layer),
  };
}

function searchRows({ network, weights, batch, heldOut, random }: Attack, target: Float64Array): Attacked {
  if (batch.rows > MOST_SEARCHED) return { test: tooManyRowsTest(MOST_SEARCHED), guesses: [] };
  const found = invertGradient({ network, weights, target, labels: batch.y }, SEARCH, random);
  const outcome = {
    assumedRows: [batch.rows],
    bestCosine: found.cosine,
    bestObjective: found.objective,
    best: matchRows(found.rows, attackedRows(batch))[0]?.relativeDistance ?? null,
    bestByChance: nearestRows(found.rows, attackedRows(heldOut))[0]?.relativeDistance ?? null,
  };
  return { test: optimisationTest(outcome), guesses: found.rows };
}

function compareLosses(
  { network, weights, batch, random }: Attack,
  gradient: Float64Array,
  rows: ComparedRows,
): LeakTest {
  const after = weights.map((w, i) => w - (LEARNING_RATE * (gradient[i] ?? 0)) / batch.rows);
  const unit = 'transaction';
  const step = { network, unit, before: weights, after } as const;
  const units = membershipUnits(step, { ...rows, members: batch });
  return membershipTest({ ...drawMembership(units, random), unit, promise: null });
}

/** The guess nearest to each row of the batch, best first, in the units that the bank knows. */
function shownRows(
  { charter }: RehearsalTask,
  batch: FeatureRows,
  guesses: readonly Float64Array[],
): Rehearsal['rows'] {
  return Array.from(batch.y, (label, row) => ({
    ...nearestGuess(guesses, { features: rowAt(batch, row), width: batch.width }),
    isFraud: label === 1,
    real: rowAt(batch, row),
  }))
    .filter(({ distance }) => Number.isFinite(distance))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, SHOWN_ROWS)
    .map(({ guess, distance, isFraud, real }) => {
      const recovered = unscaledInputs(charter.features, guess);
      const values = unscaledInputs(charter.features, real).map(({ feature, unit, value }, i) => ({
        ...{ feature, unit, real: value },
        recovered: bounded(recovered[i]?.value ?? 0),
      }));
      return { relativeDistance: distance, isFraud, values };
    });
}

/** A wild guess on a logarithmic scale can leave all numbers. */
function bounded(value: number): number {
  return Math.max(-WILDEST, Math.min(WILDEST, value));
}

function nearestGuess(guesses: readonly Float64Array[], { features }: AttackedRows) {
  let guess: Float64Array = new Float64Array(features.length);
  let distance = Infinity;
  for (const one of guesses) {
    const found = relativeDistance(one, features);
    if (found < distance) [guess, distance] = [one, found];
  }
  return { guess, distance };
}
