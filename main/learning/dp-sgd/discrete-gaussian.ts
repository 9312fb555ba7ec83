/**
 * Noise that is exactly discrete Gaussian: Canonne, Kamath and Steinke 2020 (arXiv:2004.00010), Algorithms 1 to 3.
 * Whole numbers and comparisons only, so there are no low bits of a float to attack (Mironov 2012; arXiv:2107.10138).
 * Not constant in time: how long a draw takes depends on it, as with every rejection sampler.
 *
 * P(x) ∝ e^{−x²/2σ²} on the whole numbers. With sensitivity Δ it satisfies Δ²/2σ² zero-concentrated DP, the bound of the
 * continuous Gaussian (Theorem 4 there), and so does a vector of independent draws with L2 sensitivity Δ. Its (ε, δ) curve
 * (Theorem 7) runs along the continuous one in small steps: at σ ≥ 5 it is above it by less than .3 % of ε.
 */
import { LARGEST_DISCRETE_DEVIATION } from '#shared/round/charter.ts';
import type { Keystream } from './keystream.ts';

export interface DiscreteGaussian {
  /** Fills `target` with independent draws. `deviation`: σ, a whole number from 1 to 4,096. */
  fill(target: Float64Array, deviation: number): void;
}

/** @throws RangeError for another deviation. */
export function createDiscreteGaussian(stream: Keystream): DiscreteGaussian {
  const bits = bitsOf(stream);
  return {
    fill: (target, deviation) => {
      if (!Number.isInteger(deviation) || deviation < 1 || deviation > LARGEST_DISCRETE_DEVIATION)
        throw new RangeError(`no discrete Gaussian noise of deviation ${String(deviation)}`);
      for (let i = 0; i < target.length; i++) target[i] = discreteGaussian(bits, deviation);
    },
  };
}

/** Uniform whole numbers from the stream, without bias. */
interface Bits {
  word(): number;
  /** In [0, limit), limit at most 2^53. */
  below(limit: number): number;
}

const BLOCK_BYTES = 16_384;

function bitsOf(stream: Keystream): Bits {
  const block = new Uint32Array(BLOCK_BYTES / 4);
  let at = block.length;
  const word = (): number => {
    if (at === block.length) {
      new Uint8Array(block.buffer).set(stream.bytes(BLOCK_BYTES));
      at = 0;
    }
    return block[at++] ?? 0;
  };
  const short = (limit: number): number => {
    const shift = Math.clz32(limit - 1);
    for (;;) {
      const draw = word() >>> shift;
      if (draw < limit) return draw;
    }
  };
  const long = (limit: number): number => {
    const high = Math.ceil(limit / 2 ** 32);
    for (;;) {
      const draw = (high === 1 ? 0 : short(high)) * 2 ** 32 + word();
      if (draw < limit) return draw;
    }
  };
  return { word, below: (limit) => (limit === 1 ? 0 : limit < 2 ** 31 ? short(limit) : long(limit)) };
}

/** Algorithm 3: a discrete Laplace draw of scale t = σ + 1, kept with probability e^{−(|y| − σ²/t)²/2σ²}. */
function discreteGaussian(bits: Bits, deviation: number): number {
  const scale = deviation + 1;
  const variance = deviation * deviation;
  const denominator = 2 * variance * scale * scale;
  for (;;) {
    const draw = discreteLaplace(bits, scale);
    const distance = Math.abs(draw) * scale - variance;
    if (isKept(bits, distance, denominator)) return draw;
  }
}

/** Beyond this a square leaves 2^53: about one Laplace draw in a thousand at the largest deviation, more rarely below. */
const LARGEST_EXACT_ROOT = Math.floor(Math.sqrt(Number.MAX_SAFE_INTEGER));

/** True with probability e^{−distance²/denominator}, the exponent split into its whole part and the rest. */
function isKept(bits: Bits, distance: number, denominator: number): boolean {
  if (Math.abs(distance) <= LARGEST_EXACT_ROOT) {
    const square = distance * distance;
    const rest = square % denominator;
    return isExpOfWhole(bits, (square - rest) / denominator) && isExpOfFraction(bits, rest, denominator);
  }
  const square = BigInt(distance) ** 2n;
  const divisor = BigInt(denominator);
  const rest = Number(square % divisor);
  return isExpOfWhole(bits, Number(square / divisor)) && isExpOfFraction(bits, rest, denominator);
}

/** Algorithm 2 with s = 1: P(y) ∝ e^{−|y|/t}. */
function discreteLaplace(bits: Bits, scale: number): number {
  for (;;) {
    const rest = bits.below(scale);
    if (!isExpOfFraction(bits, rest, scale)) continue;
    let wholes = 0;
    while (isExpOfWhole(bits, 1)) wholes++;
    const size = rest + scale * wholes;
    const isNegative = (bits.word() & 1) === 1;
    // zero with a sign would be drawn twice as often as it should
    if (isNegative && size === 0) continue;
    return isNegative ? -size : size;
  }
}

/** True with probability e^{−n}. */
function isExpOfWhole(bits: Bits, n: number): boolean {
  for (let i = 0; i < n; i++) if (!isExpOfFraction(bits, 1, 1)) return false;
  return true;
}

/**
 * Algorithm 1: true with probability e^{−γ}, γ = numerator/denominator in [0, 1]. K counts up while a coin of
 * probability γ/K (here one of γ and one of 1/K) shows heads; K is odd at the end with the wanted probability.
 */
function isExpOfFraction(bits: Bits, numerator: number, denominator: number): boolean {
  let k = 1;
  while (bits.below(denominator) < numerator && bits.below(k) === 0) k++;
  return k % 2 === 1;
}
