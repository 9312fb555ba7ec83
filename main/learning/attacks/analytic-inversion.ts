/**
 * Analytic inversion: a first-layer neuron that one row alone moved gives that row away, since its weight gradient is
 * δ·x and its bias gradient δ (Phong et al. 2018; Geiping et al. 2020, arXiv:2003.14053, proposition 3.1). Differences of
 * neighbouring neurons do the same to a layer made for it (Fowl et al. 2022, arXiv:2110.13057).
 */
import { layerSegments, type LayerSegment } from '../model/layers.ts';
import { type AttackedRows, type NearestRow, nearestRows, recoveredRows, rowCount } from './attacked-rows.ts';

export interface FirstLayer {
  readonly layers: readonly number[];
  /** The public model the update started from; it orders the neurons by the inputs at which they turn on. */
  readonly weights: Float64Array;
}

/** What the attack would take for rows, from one vector of an update (a gradient or a model difference, of any scale). */
export function analyticGuesses(
  vector: Float64Array,
  { layers, weights }: FirstLayer,
): readonly Float64Array[] {
  const [first] = layerSegments(layers);
  if (first === undefined) return [];
  const order = neuronsByThreshold(weights, first);
  const single = order.map((neuron) => gradientOf(vector, first, neuron));
  const differences = single.slice(1).map((next, i) => minus(next, single[i] ?? next));
  return [...single, ...differences].flatMap(quotient);
}

export interface AnalyticInversion {
  readonly guesses: number;
  /** Smallest relative distance of any guess to any training row, and to any row that was not trained on. */
  readonly best: number | null;
  readonly bestByChance: number | null;
  /** Training rows nearer than 1 % to a guess, nearest first. */
  readonly recovered: readonly NearestRow[];
  /** The same count for rows that were not trained on, scaled to as many rows. */
  readonly recoveredByChance: number;
}

export interface InversionTargets {
  readonly train: AttackedRows;
  /** Rows that were not trained on: they give the chance level. */
  readonly heldOut: AttackedRows;
}

export function analyticInversion(
  vectors: readonly Float64Array[],
  layer: FirstLayer,
  { train, heldOut }: InversionTargets,
): AnalyticInversion {
  const guesses = vectors.flatMap((vector) => analyticGuesses(vector, layer));
  const nearest = nearestRows(guesses, train);
  const byChance = nearestRows(guesses, heldOut);
  const heldOutRows = rowCount(heldOut);
  return {
    guesses: guesses.length,
    best: nearest[0]?.relativeDistance ?? null,
    bestByChance: byChance[0]?.relativeDistance ?? null,
    recovered: recoveredRows(nearest),
    recoveredByChance:
      heldOutRows === 0 ? 0 : (recoveredRows(byChance).length * rowCount(train)) / heldOutRows,
  };
}

/** −b/‖w‖ rising: neighbours differ by the few rows that lie between their thresholds. */
function neuronsByThreshold(weights: Float64Array, first: LayerSegment): readonly number[] {
  const thresholds = Array.from({ length: first.outputs }, (_, neuron) => {
    const { direction, bias } = gradientOf(weights, first, neuron);
    return -bias / Math.sqrt(direction.reduce((sum, w) => sum + w * w, 0));
  });
  return [...thresholds.keys()].sort((a, b) => (thresholds[a] ?? 0) - (thresholds[b] ?? 0));
}

interface NeuronGradient {
  readonly direction: Float64Array;
  readonly bias: number;
}

function gradientOf(vector: Float64Array, first: LayerSegment, neuron: number): NeuronGradient {
  const { inputs, outputs, weights, biases } = first;
  return {
    direction: Float64Array.from({ length: inputs }, (_, i) => vector[weights + i * outputs + neuron] ?? 0),
    bias: vector[biases + neuron] ?? 0,
  };
}

function minus(a: NeuronGradient, b: NeuronGradient): NeuronGradient {
  return { direction: a.direction.map((value, i) => value - (b.direction[i] ?? 0)), bias: a.bias - b.bias };
}

function quotient({ direction, bias }: NeuronGradient): readonly Float64Array[] {
  return bias === 0 ? [] : [direction.map((value) => value / bias)];
}
