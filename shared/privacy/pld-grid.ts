/**
 * Where the total privacy loss of a ledger can lie, and the grid on which its distribution is computed:
 * fine enough for the answer asked, no finer, so that a figure appears while a slider moves.
 */
import type { Mechanism } from './mechanism.ts';
import { logMoment, trapezoidSpacing } from './moments.ts';
import { epsilonOfRdp } from './rdp.ts';

export interface LossGrid {
  /** h: losses are multiples of this. */
  readonly spacing: number;
  /** N, a power of two; the sum of losses is kept modulo N·h. */
  readonly size: number;
  /** Index of the lowest loss of the window: the window holds losses j·h for j in [lowest, lowest + N). */
  readonly lowest: number;
  /** τ: probability that the total loss lies above the window, at most. */
  readonly tailMass: number;
}

const FRACTIONS = [0.02, 0.03, 0.05, 0.08, 0.12, 0.2, 0.3, 0.5, 0.7];
const WHOLES = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512];
const LARGEST_SIZE = 2 ** 18;
const SMALLEST_SIZE = 2 ** 16;
const LARGEST_LOSS = 600;
const LONGEST_INTEGRAL = 20_000;

export interface GridChoice {
  /** Absent where the loss is so large that e^loss leaves the range of doubles: no privacy is left to measure there. */
  readonly grid: LossGrid | undefined;
  /** Rényi accounting at a few orders: above the true ε too, and quick. */
  readonly epsilonBound: number;
}

/** The grid for these segments (merged, all with q > 0 and noise) at δ. */
export function chooseGrid(segments: readonly Mechanism[], delta: number): GridChoice {
  const tailMass = 1e-5 * delta;
  const upper = upperTail(segments, delta, tailMass);
  if (upper.loss > LARGEST_LOSS) return { grid: undefined, epsilonBound: upper.epsilon };
  const width = 1.02 * (upper.loss - lowestLoss(segments, tailMass));
  const size = sizeFor(width, desiredSpacing(segments, { width, epsilon: upper.epsilon }));
  const spacing = width / size;
  // The window ends with the upper bound on it; the two per cent to spare are below.
  const lowest = Math.ceil(upper.loss / spacing) - size + 1;
  return { grid: { spacing, size, lowest, tailMass }, epsilonBound: upper.epsilon };
}

/**
 * Connect-the-dots moves the mean of a step's loss by at most h²/12 and its variance by h²/6 (Doroshenko et al.
 * 2022, arXiv:2207.04380); the spacing keeps the sum over all steps within the tolerance on ε.
 */
function desiredSpacing(
  segments: readonly Mechanism[],
  { width, epsilon }: { width: number; epsilon: number },
): number {
  const tolerance = Math.max(3.5e-5 * epsilon, 2e-6);
  const steps = segments.reduce((sum, segment) => sum + segment.steps, 0);
  const lossScale = width / 16;
  return Math.sqrt((12 * tolerance) / (steps * (1 + 5 / lossScale)));
}

function sizeFor(width: number, spacing: number): number {
  let size = SMALLEST_SIZE;
  while (size < LARGEST_SIZE && size * spacing < width) size *= 2;
  return size;
}

function totalLogMoment(segments: readonly Mechanism[], order: number): number {
  return segments.reduce((sum, segment) => sum + segment.steps * logMoment(segment, order), 0);
}

/** Chernoff: P(loss > x) ≤ A_{1+l}·e^(−l·x) for every l > 0, in both directions of adjacency; and RDP's ε by the way. */
function upperTail(
  segments: readonly Mechanism[],
  delta: number,
  tailMass: number,
): { loss: number; epsilon: number } {
  const logTail = Math.log(1 / tailMass);
  let loss = Infinity;
  let epsilon = Infinity;
  for (const l of [...FRACTIONS, ...WHOLES]) {
    const moment = totalLogMoment(segments, 1 + l);
    loss = Math.min(loss, (moment + logTail) / l);
    epsilon = Math.min(epsilon, epsilonOfRdp(moment / l, 1 + l, delta));
  }
  return { loss, epsilon };
}

/** Below this both total losses fall with probability at most τ: Chernoff from below, or no loss at all below it. */
function lowestLoss(segments: readonly Mechanism[], tailMass: number): number {
  const logTail = Math.log(1 / tailMass);
  // Removing a unit: one step's loss is never below log(1 − q).
  let remove = segments.reduce((sum, { steps, samplingRate: q }) => sum + steps * Math.log1p(-q), 0);
  let add = -Infinity;
  const spacing = Math.min(...segments.map((segment) => trapezoidSpacing(segment.noiseMultiplier)));
  for (const l of [...FRACTIONS, ...WHOLES]) {
    add = Math.max(add, -(totalLogMoment(segments, l) + logTail) / l);
    if (l <= LONGEST_INTEGRAL * spacing) {
      remove = Math.max(remove, -(totalLogMoment(segments, 1 - l) + logTail) / l);
    }
  }
  return Math.min(remove, add);
}
