/**
 * The start-up self-test: an engine may train only after its forward and backward pass gave the numbers of the float64
 * reference on this very network (and TensorFlow.js' chance was finite and spread: random-operation.ts). Also measures
 * its speed.
 */
import type { GradientEngine, TrainingSet } from '../../learning/engine.ts';
import { clipLimit } from '../../learning/engine.ts';
import { initialWeights } from '../../learning/model/initial-weights.ts';
import type { Network } from '../../learning/model/layers.ts';
import { publicNormal, publicRandom } from '../../learning/model/public-random.ts';
import { euclideanNorm, referenceClippedSum } from '../../learning/model/reference.ts';
import type { Clock } from '../ports.ts';

export type SelfTest =
  | { readonly kind: 'passed'; readonly rowsPerSecond: number }
  | { readonly kind: 'failed'; readonly reason: string };

export const TEST_ROWS = 4096;
const COMPARED_ROWS = 96;
const CLIPPING_NORM = 0.3;
/** Float32 sums against float64, relative to the norm of the sum. */
const TOLERANCE = 1e-5;
const TIMED_MS = 40;

/** Made-up rows, the same everywhere. */
export function testRows({ layers }: Network): TrainingSet {
  const random = publicRandom(7);
  const features = Float32Array.from({ length: TEST_ROWS * (layers[0] ?? 1) }, () => publicNormal(random));
  return { features, labels: Uint8Array.from({ length: TEST_ROWS }, (_, row) => (row % 3 === 0 ? 1 : 0)) };
}

/** `engine` is bound to `testRows(network)`. */
export function selfTest(engine: GradientEngine, network: Network, clock: Clock): SelfTest {
  const data = testRows(network);
  const weights = initialWeights({ layers: network.layers, seed: 7, outputBias: -1 });
  for (const clippingNorm of [CLIPPING_NORM, null]) {
    const rows = Uint32Array.from({ length: COMPARED_ROWS }, (_, row) => row);
    const { sum } = engine.gradientSum({ weights, rows, clippingNorm });
    const expected = expectedSum(network, { data, weights, clippingNorm });
    const error = euclideanNorm(sum.map((value, i) => value - (expected[i] ?? 0))) / euclideanNorm(expected);
    // written so that NaN fails
    if (!(error <= TOLERANCE))
      return {
        kind: 'failed',
        reason: `Its gradients differ from the reference by ${error.toExponential(1)}`,
      };
  }
  return { kind: 'passed', rowsPerSecond: measure(engine, weights, clock) };
}

function expectedSum(
  network: Network,
  { data, weights, clippingNorm }: { data: TrainingSet; weights: Float64Array; clippingNorm: number | null },
): Float64Array {
  const inputs = network.layers[0] ?? 1;
  const rows = Array.from({ length: COMPARED_ROWS }, (_, row) => ({
    features: data.features.subarray(row * inputs, (row + 1) * inputs),
    label: data.labels[row] ?? 0,
  }));
  const limit = clippingNorm === null ? null : clipLimit(clippingNorm);
  return referenceClippedSum(network, weights, { rows, clippingNorm: limit });
}

/** Rows a second over whole batches, after one to warm up. */
function measure(engine: GradientEngine, weights: Float64Array, clock: Clock): number {
  const request = {
    weights,
    rows: Uint32Array.from({ length: TEST_ROWS }, (_, row) => row),
    clippingNorm: CLIPPING_NORM,
  };
  engine.gradientSum(request);
  const start = clock.monotonic();
  for (let batches = 1; ; batches++) {
    engine.gradientSum(request);
    const elapsed = clock.monotonic() - start;
    if (elapsed >= TIMED_MS) return Math.round((1000 * batches * TEST_ROWS) / elapsed);
  }
}
