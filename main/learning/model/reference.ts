/**
 * The network, its gradient and the clipped sum in plain float64 loops: what every engine is checked against.
 * Slow on purpose; nothing trains with it.
 */
import type { LayerSegment, Network } from './layers.ts';
import { layerSegments, parameterCount } from './layers.ts';

function activated(z: number, { activation }: Network): number {
  return activation === 'tanh' ? Math.tanh(z) : Math.max(z, 0);
}

function slope(a: number, { activation }: Network): number {
  if (activation === 'tanh') return 1 - a * a;
  return a > 0 ? 1 : 0;
}

function affine(segment: LayerSegment, weights: Float64Array, input: Float64Array): Float64Array {
  const { inputs, outputs } = segment;
  return Float64Array.from({ length: outputs }, (_, o) => {
    let z = weights[segment.biases + o] ?? 0;
    for (let i = 0; i < inputs; i++) z += (input[i] ?? 0) * (weights[segment.weights + i * outputs + o] ?? 0);
    return z;
  });
}

/** Inputs of every layer, then the logit alone. */
export function referenceForward(
  network: Network,
  weights: Float64Array,
  row: ArrayLike<number>,
): readonly Float64Array[] {
  const segments = layerSegments(network.layers);
  const values: Float64Array[] = [Float64Array.from(row)];
  for (const [index, segment] of segments.entries()) {
    const z = affine(segment, weights, values[index] ?? new Float64Array());
    values.push(index === segments.length - 1 ? z : z.map((one) => activated(one, network)));
  }
  return values;
}

export interface LabelledRow {
  readonly features: ArrayLike<number>;
  /** 1 for fraud, 0 for genuine. */
  readonly label: number;
}

/** The gradient of one row's cross-entropy, in the order of the flat vector. */
export function referenceGradient(network: Network, weights: Float64Array, row: LabelledRow): Float64Array {
  const segments = layerSegments(network.layers);
  const values = referenceForward(network, weights, row.features);
  const logit = values.at(-1)?.[0] ?? Number.NaN;
  const gradient = new Float64Array(parameterCount(network.layers));
  let delta = Float64Array.of(1 / (1 + Math.exp(-logit)) - row.label);
  for (const [index, segment] of [...segments.entries()].reverse()) {
    const input = values[index] ?? new Float64Array();
    writeOuterProduct(gradient, segment, { input, delta });
    if (index > 0)
      delta = errorsBelow(segment, weights, delta).map((d, i) => d * slope(input[i] ?? 0, network));
  }
  return gradient;
}

function writeOuterProduct(
  gradient: Float64Array,
  segment: LayerSegment,
  { input, delta }: { readonly input: Float64Array; readonly delta: Float64Array },
): void {
  gradient.set(delta, segment.biases);
  input.forEach((a, i) => {
    gradient.set(
      delta.map((d) => a * d),
      segment.weights + i * segment.outputs,
    );
  });
}

function errorsBelow(
  { inputs, outputs, weights: at }: LayerSegment,
  weights: Float64Array,
  delta: Float64Array,
): Float64Array<ArrayBuffer> {
  return Float64Array.from({ length: inputs }, (_, i) =>
    delta.reduce((sum, d, o) => sum + d * (weights[at + i * outputs + o] ?? 0), 0),
  );
}

export function euclideanNorm(vector: Float64Array): number {
  return Math.sqrt(vector.reduce((sum, v) => sum + v * v, 0));
}

/** Σ over rows of g · min(1, clippingNorm/‖g‖), with clippingNorm null: Σ g. A gradient that is not finite counts as zero. */
export function referenceClippedSum(
  network: Network,
  weights: Float64Array,
  { rows, clippingNorm }: { readonly rows: readonly LabelledRow[]; readonly clippingNorm: number | null },
): Float64Array {
  return referenceAccountSum(network, weights, { accounts: rows.map((row) => [row]), clippingNorm });
}

/** The same with an account as the unit: g is the sum over its rows, and is clipped as one. */
export function referenceAccountSum(
  network: Network,
  weights: Float64Array,
  {
    accounts,
    clippingNorm,
  }: { readonly accounts: readonly (readonly LabelledRow[])[]; readonly clippingNorm: number | null },
): Float64Array {
  const sum = new Float64Array(parameterCount(network.layers));
  for (const rows of accounts) {
    const gradient = new Float64Array(sum.length);
    for (const row of rows) addScaled(gradient, referenceGradient(network, weights, row), 1);
    const norm = euclideanNorm(gradient);
    if (!Number.isFinite(norm)) continue;
    addScaled(sum, gradient, clippingNorm === null ? 1 : Math.min(1, clippingNorm / Math.max(norm, 1e-12)));
  }
  return sum;
}

function addScaled(sum: Float64Array, values: Float64Array, scale: number): void {
  values.forEach((value, i) => {
    sum[i] = (sum[i] ?? 0) + scale * value;
  });
}
