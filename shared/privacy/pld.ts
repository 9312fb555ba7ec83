/**
 * The ε that is shown: composition of privacy loss distributions by Fourier transform (Koskela, Jälkö and Honkela
 * 2020, arXiv:1906.03049) with pessimistic discretisation. Both directions of adjacency are always computed: under
 * composition neither may be assumed to be the worse one (Lebeda, Regehr and Kamath 2024, arXiv:2405.20769).
 */
import { gaussianEpsilon } from './analytic-gaussian.ts';
import {
  type ComplexVector,
  forwardTransform,
  inverseTransform,
  multiplySpectrum,
  packSpectra,
  raiseSpectrum,
  type SpectrumPair,
  unpackSpectra,
} from './fft.ts';
import { assertDelta, classify, type Mechanism } from './mechanism.ts';
import { chooseGrid, type LossGrid } from './pld-grid.ts';
import { stepLoss } from './pld-step.ts';

/**
 * Least ε at δ of the composition, from above: 0 for an empty ledger, Infinity where a step had no noise.
 * Not rounded; relative error below 1e-3 (5e-5 where ε is not tiny), always on the safe side.
 */
export function epsilonByPld(mechanisms: readonly Mechanism[], delta: number): number {
  assertDelta(delta);
  const composition = classify(mechanisms);
  switch (composition.kind) {
    case 'free':
      return 0;
    case 'unprotected':
      return Infinity;
    case 'gaussian':
      return gaussianEpsilon(composition.noiseMultiplier, delta);
    case 'subsampled':
      return epsilonOfSubsampled(composition.segments, delta);
  }
}

function epsilonOfSubsampled(segments: readonly Mechanism[], delta: number): number {
  const { grid, epsilonBound } = chooseGrid(segments, delta);
  if (grid === undefined) return epsilonBound;
  const { losses, logFinite } = composeLosses(segments, grid);
  const whenRemoved = { masses: losses.re, infinite: -Math.expm1(logFinite.removed) + grid.tailMass };
  const whenAdded = { masses: losses.im, infinite: -Math.expm1(logFinite.added) + grid.tailMass };
  const epsilon = Math.max(epsilonOfLoss(whenRemoved, grid, delta), epsilonOfLoss(whenAdded, grid, delta));
  // Both are upper bounds. At a δ near the rounding of the transform (1e-10 and 1e6 steps) the other can be lower.
  return Math.min(epsilon, epsilonBound);
}

interface ComposedLosses {
  /** Total loss masses by index modulo N: re when the unit is removed, im when it is added. */
  readonly losses: ComplexVector;
  /** Logarithms of the probability that no step's loss was infinite. */
  readonly logFinite: { readonly removed: number; readonly added: number };
}

function composeLosses(segments: readonly Mechanism[], grid: LossGrid): ComposedLosses {
  let product: SpectrumPair | undefined;
  const logFinite = { removed: 0, added: 0 };
  for (const segment of segments) {
    const step = stepLoss(segment, grid);
    logFinite.removed += segment.steps * Math.log1p(-step.infiniteWhenRemoved);
    logFinite.added += segment.steps * Math.log1p(-step.infiniteWhenAdded);
    const spectra = segmentSpectra(step.masses, segment.steps);
    if (product !== undefined) {
      multiplySpectrum(spectra.first, product.first);
      multiplySpectrum(spectra.second, product.second);
    }
    product = spectra;
  }
  if (product === undefined) throw new RangeError('nothing to compose');
  const losses = packSpectra(product, grid.size);
  inverseTransform(losses);
  return { losses, logFinite };
}

function segmentSpectra(masses: ComplexVector, steps: number): SpectrumPair {
  forwardTransform(masses);
  const spectra = unpackSpectra(masses);
  raiseSpectrum(spectra.first, steps);
  raiseSpectrum(spectra.second, steps);
  return spectra;
}

interface TotalLoss {
  readonly masses: Float64Array;
  readonly infinite: number;
}

/**
 * Smallest ε ≥ 0 with δ(ε) = infinite + Σ_{l > ε} m(l)·(1 − e^{ε − l}) ≤ δ, walking down from the highest loss.
 * Rounding of the transform can leave masses below zero; they count as zero, which only raises ε.
 */
function epsilonOfLoss(
  { masses, infinite }: TotalLoss,
  { spacing, size, lowest }: LossGrid,
  delta: number,
): number {
  const shrink = Math.exp(-spacing);
  let above = infinite;
  // Σ m(l)·e^{loss − l} over the losses l above the current one.
  let discounted = 0;
  for (let index = lowest + size - 1; index >= lowest; index--) {
    const loss = index * spacing;
    discounted *= shrink;
    if (above - delta > discounted) return Math.max(0, loss + Math.log((above - delta) / discounted));
    if (loss < 0) return 0;
    const mass = Math.max(0, masses[index & (size - 1)] ?? 0);
    above += mass;
    discounted += mass;
  }
  return 0;
}
