/**
 * The start-up self-test: an engine may train only after its forward and backward pass gave the numbers of the float64
 * reference on this very network and unit of privacy (and TensorFlow.js' chance was finite and spread: random-operation.ts). Also measures
 * its speed.
 */
import type { EngineSetup, GradientEngine, GradientRequest, TrainingSet } from '../../learning/engine.ts';
import { clipLimit } from '../../learning/engine.ts';
import { initialWeights } from '../../learning/model/initial-weights.ts';
import type { Network } from '../../learning/model/layers.ts';
import { publicNormal, publicRandom } from '../../learning/model/public-random.ts';
import { euclideanNorm, referenceAccountSum } from '../../learning/model/reference.ts';
import type { Clock } from '../ports.ts';

/** What an engine is tried on. */
export type EngineTask = Pick<EngineSetup, 'network' | 'unit'>;

export type SelfTest =
  | { readonly kind: 'passed'; readonly rowsPerSecond: number }
  | { readonly kind: 'failed'; readonly reason: string };

export const TEST_ROWS = 4096;
const COMPARED_ROWS = 96;
const CLIPPING_NORM = 0.3;
/** Float32 sums against float64, relative to the norm of the sum. */
const TOLERANCE = 1e-5;
const TIMED_MS = 40;
/** Rows of the made-up accounts, in turn: odd and even, one alone, none, more than any block. */
const ACCOUNT_SIZES = [1, 2, 7, 0, 33, 5];

/** Made-up rows, the same everywhere. */
export function testRows({ layers }: Network): TrainingSet {
  const random = publicRandom(7);
  const features = Float32Array.from({ length: TEST_ROWS * (layers[0] ?? 1) }, () => publicNormal(random));
  return { features, labels: Uint8Array.from({ length: TEST_ROWS }, (_, row) => (row % 3 === 0 ? 1 : 0)) };
}

/** `engine` is bound to `testRows(network)`. */
export function selfTest(engine: GradientEngine, task: EngineTask, clock: Clock): SelfTest {
  const { network } = task;
  const data = testRows(network);
  const weights = initialWeights({ layers: network.layers, seed: 7, outputBias: -1 });
  for (const clippingNorm of [CLIPPING_NORM, null]) {
    const request = { weights, clippingNorm, ...firstRows(task, COMPARED_ROWS) };
    const { sum } = engine.gradientSum(request);
    const expected = expectedSum(network, data, request);
    const error = euclideanNorm(sum.map((value, i) => value - (expected[i] ?? 0))) / euclideanNorm(expected);
    // written so that NaN fails
    if (!(error <= TOLERANCE))
      return {
        kind: 'failed',
        reason: `Its gradients differ from the reference by ${error.toExponential(1)}`,
      };
  }
  const batch = { weights, clippingNorm: CLIPPING_NORM, ...firstRows(task, TEST_ROWS) };
  return { kind: 'passed', rowsPerSecond: measure(engine, batch, clock) };
}

/** Rows 0 … count−1, as accounts where they are the unit. */
function firstRows({ unit }: EngineTask, count: number): Pick<GradientRequest, 'rows' | 'accountEnds'> {
  const rows = Uint32Array.from({ length: count }, (_, row) => row);
  if (unit === 'row') return { rows };
  const ends: number[] = [];
  for (let n = 0; (ends.at(-1) ?? 0) < count; n++)
    ends.push(Math.min(count, (ends.at(-1) ?? 0) + (ACCOUNT_SIZES[n % ACCOUNT_SIZES.length] ?? 1)));
  return { rows, accountEnds: Uint32Array.from(ends) };
}

function expectedSum(network: Network, data: TrainingSet, request: GradientRequest): Float64Array {
  const { weights, rows, clippingNorm } = request;
  const inputs = network.layers[0] ?? 1;
  const ends = request.accountEnds ?? rows.map((_, i) => i + 1);
  const accounts = Array.from(ends, (end, n) =>
    Array.from(rows.subarray(ends[n - 1] ?? 0, end), (row) => ({
      features: data.features.subarray(row * inputs, (row + 1) * inputs),
      label: data.labels[row] ?? 0,
    })),
  );
  const limit = clippingNorm === null ? null : clipLimit(clippingNorm);
  return referenceAccountSum(network, weights, { accounts, clippingNorm: limit });
}

/** Rows a second over whole batches, after one to warm up. */
function measure(engine: GradientEngine, request: GradientRequest, clock: Clock): number {
  engine.gradientSum(request);
  const start = clock.monotonic();
  for (let batches = 1; ; batches++) {
    engine.gradientSum(request);
    const elapsed = clock.monotonic() - start;
    if (elapsed >= TIMED_MS) return Math.round((1000 * batches * request.rows.length) / elapsed);
  }
}
