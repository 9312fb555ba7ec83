/**
 * Optimisation inversion: looks for a batch whose gradient points where the update points (Zhu et al. 2019,
 * arXiv:1906.08935; cosine objective of Geiping et al. 2020, arXiv:2003.14053). Labels are given to it.
 */
import { publicNormal, type PublicRandom } from '../model/public-random.ts';
import type { AttackedRows } from './attacked-rows.ts';
import { relativeDistance } from './attacked-rows.ts';
import { cheapestAssignment } from './assignment.ts';
import { createGradientMatch, type MatchProblem } from './gradient-match.ts';

export interface InversionEffort {
  readonly iterations: number;
  readonly restarts: number;
}

/** Adam's; a learning rate that falls finds less (measured: four rows to .96 of their length instead of .51). */
const LEARNING_RATE = 0.1;
const BETA_1 = 0.9;
const BETA_2 = 0.999;
/** Of the starts: wider ones end in worse minima (four rows to .51 instead of .20 of their length). */
const START_DEVIATION = 0.3;

export interface InvertedBatch {
  /** The best guess of all restarts, one array a row. */
  readonly rows: readonly Float64Array[];
  /** 1 − cosine. */
  readonly objective: number;
  readonly cosine: number;
}

/** `random` draws the starts. */
export function invertGradient(
  problem: MatchProblem,
  effort: InversionEffort,
  random: PublicRandom,
): InvertedBatch {
  const width = problem.network.layers[0] ?? 0;
  let best: Descent | undefined;
  for (let restart = 0; restart < effort.restarts; restart++) {
    const found = descend(problem, effort, startOf(width * problem.labels.length, random));
    if (best === undefined || found.objective < best.objective) best = found;
  }
  const { inputs, objective } = best ?? { inputs: new Float64Array(), objective: 1 };
  const rows = Array.from(problem.labels, (_, row) => inputs.slice(row * width, (row + 1) * width));
  return { rows, objective, cosine: 1 - objective };
}

function startOf(numbers: number, random: PublicRandom): Float64Array {
  return Float64Array.from({ length: numbers }, () => START_DEVIATION * publicNormal(random));
}

interface Descent {
  readonly inputs: Float64Array;
  readonly objective: number;
}

function descend(problem: MatchProblem, { iterations }: InversionEffort, inputs: Float64Array): Descent {
  const match = createGradientMatch(problem);
  const slope = new Float64Array(inputs.length);
  const mean = new Float64Array(inputs.length);
  const square = new Float64Array(inputs.length);
  let best: Descent = { inputs: inputs.slice(), objective: Infinity };
  for (let step = 1; step <= iterations; step++) {
    const objective = match.evaluate(inputs, slope);
    if (objective < best.objective) best = { inputs: inputs.slice(), objective };
    for (let i = 0; i < inputs.length; i++) {
      const g = slope[i] ?? 0;
      const m = BETA_1 * (mean[i] ?? 0) + (1 - BETA_1) * g;
      const v = BETA_2 * (square[i] ?? 0) + (1 - BETA_2) * g * g;
      mean[i] = m;
      square[i] = v;
      const direction = m / (1 - BETA_1 ** step) / (Math.sqrt(v / (1 - BETA_2 ** step)) + 1e-8);
      inputs[i] = (inputs[i] ?? 0) - LEARNING_RATE * direction;
    }
  }
  return best;
}

export interface MatchedRow {
  readonly guess: number;
  readonly row: number;
  readonly relativeDistance: number;
}

/** Which guess stands for which of equally many true rows: the assignment of least total distance, nearest pair first. */
export function matchRows(
  guesses: readonly Float64Array[],
  { features, width }: AttackedRows,
): readonly MatchedRow[] {
  const costs = guesses.map((guess) =>
    guesses.map((_, row) => relativeDistance(guess, features.subarray(row * width, (row + 1) * width))),
  );
  return cheapestAssignment(costs)
    .map((row, guess) => ({ guess, row, relativeDistance: costs[guess]?.[row] ?? Number.NaN }))
    .sort((a, b) => a.relativeDistance - b.relativeDistance);
}
