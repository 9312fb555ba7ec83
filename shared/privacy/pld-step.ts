/**
 * The privacy loss distribution of one subsampled Gaussian step on a grid, for both directions of adjacency.
 * Pessimistic connect-the-dots (Doroshenko et al. 2022, arXiv:2207.04380): the masses of both distributions are
 * kept in every cell, so the hockey-stick curve is exact at grid points and too high between them, never too low.
 */
import { normalTail } from './erf.ts';
import { type ComplexVector, complexVector } from './fft.ts';
import type { LossGrid } from './pld-grid.ts';
import type { SampledGaussian } from './moments.ts';

export interface StepLoss {
  /** Loss masses by index modulo N: re when the unit is removed, im when it is added. */
  readonly masses: ComplexVector;
  readonly infiniteWhenRemoved: number;
  readonly infiniteWhenAdded: number;
}

/** What each distribution has in a cell: P samples the unit's batch, Q is pure noise. */
interface CellMasses {
  readonly p: number;
  readonly q: number;
}

/** Where the noise is cut, in standard deviations; 1e-19 lies beyond and is counted on the safe side. */
const CUT = 9;

export function stepLoss(step: SampledGaussian, grid: LossGrid): StepLoss {
  const { spacing } = grid;
  const range = cellRange(step, grid);
  const masses = complexVector(grid.size);
  const put = cellWriter(masses, spacing);
  let low = edgeOf(step, range.first * spacing);
  const below = massesBetween(step, { noise: LEFT_END, shifted: LEFT_END }, low);
  for (let cell = range.first; cell < range.end; cell++) {
    const high = edgeOf(step, (cell + 1) * spacing);
    put(cell, massesBetween(step, low, high));
    low = high;
  }
  const above = massesBetween(step, low, { noise: RIGHT_END, shifted: RIGHT_END });
  // Loss of removal below the range, loss of addition above it (its sign is turned): rounded up to the range's end.
  addMass(masses.re, range.first, below.p);
  addMass(masses.im, -range.end, above.q);
  return { masses, infiniteWhenRemoved: above.p, infiniteWhenAdded: below.q };
}

/**
 * Cells [j·h, (j + 1)·h) that can hold the loss log(P/Q) of one step: at most two windows to each side of 0, since
 * the total is in the window but for τ, and no further than e^loss can be computed.
 */
function cellRange(step: SampledGaussian, { spacing, size }: LossGrid): { first: number; end: number } {
  const { noiseMultiplier: sigma } = step;
  const first = Math.floor(lossAt(step, -CUT * sigma) / spacing);
  const end = Math.ceil(lossAt(step, 1 + CUT * sigma) / spacing);
  const most = Math.min(2 * size, Math.floor(700 / spacing));
  return { first: Math.max(first, -most), end: Math.min(end, most) };
}

/** log(1 − q + q·e^{(2x − 1)/2σ²}): what output x says for P against Q. */
function lossAt({ samplingRate: q, noiseMultiplier: sigma }: SampledGaussian, x: number): number {
  const shifted = (2 * x - 1) / (2 * sigma * sigma);
  return shifted > 30
    ? shifted + Math.log(q + (1 - q) * Math.exp(-shifted))
    : Math.log1p(q * Math.expm1(shifted));
}

/** A point x and the mass of a normal distribution around 0 beyond it, on the side of x. */
interface Tail {
  readonly x: number;
  readonly mass: number;
}

/** The output at which the loss has a given value, seen from both normal distributions. */
interface Edge {
  readonly noise: Tail;
  readonly shifted: Tail;
}

const LEFT_END: Tail = { x: -Infinity, mass: 0 };
const RIGHT_END: Tail = { x: Infinity, mass: 0 };

function edgeOf({ samplingRate: q, noiseMultiplier: sigma }: SampledGaussian, loss: number): Edge {
  const odds = loss > 30 ? loss + Math.log1p((q - 1) * Math.exp(-loss)) - Math.log(q) : logOfOdds(loss, q);
  const x = sigma * sigma * odds + 0.5;
  return {
    noise: { x, mass: normalTail(Math.abs(x) / sigma) },
    shifted: { x: x - 1, mass: normalTail(Math.abs(x - 1) / sigma) },
  };
}

/** log((e^loss − (1 − q))/q), −Infinity below the lowest loss log(1 − q). */
function logOfOdds(loss: number, q: number): number {
  const excess = Math.expm1(loss) / q;
  return excess <= -1 ? -Infinity : Math.log1p(excess);
}

function massesBetween({ samplingRate }: SampledGaussian, low: Edge, high: Edge): CellMasses {
  const q = massBetween(low.noise, high.noise);
  return { q, p: (1 - samplingRate) * q + samplingRate * massBetween(low.shifted, high.shifted) };
}

/** A difference of the smaller tails, so that far-out masses keep their digits. */
function massBetween(low: Tail, high: Tail): number {
  if (low.x >= 0) return low.mass - high.mass;
  return high.x <= 0 ? high.mass - low.mass : 1 - low.mass - high.mass;
}

/**
 * Splits a cell's mass between its two ends so that the masses of both distributions are kept. Adding a unit
 * swaps the distributions and turns the sign of the loss.
 */
function cellWriter({ re, im }: ComplexVector, spacing: number): (cell: number, masses: CellMasses) => void {
  const width = -Math.expm1(-spacing);
  return (cell, { p, q }) => {
    const ratioLow = Math.exp(cell * spacing);
    const removedHigh = clamp((p - ratioLow * q) / width, p);
    addMass(re, cell + 1, removedHigh);
    addMass(re, cell, p - removedHigh);
    const addedHigh = clamp((q - (p / ratioLow) * Math.exp(-spacing)) / width, q);
    addMass(im, -cell, addedHigh);
    addMass(im, -cell - 1, q - addedHigh);
  };
}

function clamp(mass: number, most: number): number {
  return Math.min(Math.max(mass, 0), most);
}

/** At an index modulo the length, a power of two. */
function addMass(masses: Float64Array, index: number, mass: number): void {
  const slot = index & (masses.length - 1);
  masses[slot] = (masses[slot] ?? 0) + mass;
}
